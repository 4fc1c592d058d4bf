//! Sets lines of ASCII in the console's font. All its letters are equally wide and hardly one depends on its neighbours, so
//! a line need not be shaped: a letter is laid out once and put wherever it stands from then on. Of consoles in which all
//! rows are new with each frame that is most of the work.

use std::ops::RangeInclusive;
use std::sync::{Arc, Weak};

use eframe::egui::epaint::text::{PlacedRow, Row};
use eframe::egui::text::{ByteIndex, LayoutJob, LayoutSection, TextFormat};
use eframe::egui::{Color32, FontId, Galley, Id, Mesh, Painter, Pos2, Rect, Vec2, pos2, vec2};

/// More columns than any screen has; what stands further right is left to the shaper.
const MOST_COLUMNS: usize = 1024;

/// Those that there are letters of.
const LETTERS: RangeInclusive<char> = ' '..='~';

/// Of these the font has others beside some letters; lines with one are left to the shaper.
const CHANGES: [char; 1] = ['`'];

/// The letters of one size, as they lie in the atlas of one window.
pub(super) struct Letters {
    /// Has all columns. As soon as egui throws its atlas away, it lays the same line out anew.
    ruler: Weak<Galley>,
    pixels_per_point: f32,
    columns: Vec<Column>,
    /// Letter by letter, each in all variants.
    stamps: Vec<Stamp>,
    variants: usize,
    /// How far up and down the letters reach from a line's top.
    height: (f32, f32),
    format: TextFormat,
    /// To be filled.
    line: Galley,
    row: Row,
}

/// Where a column begins.
#[derive(Clone, Copy)]
struct Column {
    /// In physical pixels.
    left: f32,
    /// A column may begin between two pixels: egui draws each letter as it looks at one of a few such places.
    variant: usize,
}

/// One letter, as it is put onto the screen.
#[derive(Clone, Copy)]
struct Stamp {
    /// From where its column begins, in physical pixels.
    left: f32,
    /// From the line's top, in points.
    top: f32,
    /// In points.
    size: Vec2,
    /// In the atlas.
    place: Rect,
}

#[derive(Clone, Default)]
struct Kept(Vec<Arc<Letters>>);

impl Letters {
    /// Those of a size, made if need be; none if the font isn't as it must be.
    pub(super) fn of(painter: &Painter, points: f32) -> Option<Arc<Self>> {
        let ruler = lay_out(painter, "0".repeat(MOST_COLUMNS), points);
        let ctx = painter.ctx();
        let id = Id::unique("letters of consoles");
        let fits = |letters: &&Arc<Self>| std::ptr::eq(letters.ruler.as_ptr(), Arc::as_ptr(&ruler));
        let known = ctx.data_mut(|data| data.get_temp_mut_or_default::<Kept>(id).0.iter().find(fits).cloned());
        if known.is_some() {
            return known;
        }
        let letters = Arc::new(Self::new(painter, points, &ruler)?);
        ctx.data_mut(|data| {
            let Kept(kept) = data.get_temp_mut_or_default(id);
            // egui lets a ruler go in the first frame that doesn't ask for it.
            kept.retain(|other| other.ruler.strong_count() > 0);
            kept.push(Arc::clone(&letters));
        });
        Some(letters)
    }

    fn new(painter: &Painter, points: f32, ruler: &Arc<Galley>) -> Option<Self> {
        let pixels_per_point = ruler.pixels_per_point;
        let zeros = &ruler.rows.first()?.row.glyphs;
        // Where in the atlas each variant of a zero lies, and the first column where it stands.
        let mut variants: Vec<([u16; 2], usize)> = Vec::new();
        let mut columns = Vec::with_capacity(zeros.len());
        for (index, zero) in zeros.iter().enumerate() {
            let place = zero.uv_rect.min;
            let variant = variants.iter().position(|(known, _)| *known == place).unwrap_or_else(|| {
                variants.push((place, index));
                variants.len() - 1
            });
            columns.push(Column { left: (zero.pos.x * pixels_per_point).round(), variant });
        }
        let mut stamps = Vec::new();
        for letter in LETTERS {
            for (_, column) in &variants {
                let mut text = "0".repeat(*column);
                text.push(letter);
                let laid_out = lay_out(painter, text, points);
                let glyph = laid_out.rows.first()?.row.glyphs.get(*column)?;
                let to_pixel = |point: f32| (point * pixels_per_point).round();
                if glyph.is_color || (to_pixel(glyph.pos.x) - columns[*column].left).abs() > 0.5 {
                    return None;
                }
                let in_atlas = glyph.uv_rect;
                stamps.push(Stamp {
                    left: to_pixel(glyph.pos.x + in_atlas.offset.x) - columns[*column].left,
                    top: to_pixel(glyph.pos.y + in_atlas.offset.y) / pixels_per_point,
                    size: in_atlas.size,
                    place: Rect::from_min_max(corner(in_atlas.min), corner(in_atlas.max)),
                });
            }
        }
        let seen = stamps.iter().filter(|stamp| stamp.is_seen());
        let height = seen.fold((0.0_f32, 0.0_f32), |(top, bottom), stamp| {
            (top.min(stamp.top), bottom.max(stamp.top + stamp.size.y))
        });
        let mut line = Galley::clone(&*lay_out(painter, "0".to_owned(), points));
        let mut row = Row::clone(&line.rows.pop()?.row);
        row.glyphs.clear();
        let (format, variants) = (line.job.sections.first()?.format.clone(), variants.len());
        let ruler = Arc::downgrade(ruler);
        Some(Self { ruler, pixels_per_point, columns, stamps, variants, height, format, line, row })
    }

    /// A line whose parts have these colours; none where it holds what there are no letters of.
    pub(super) fn set<'a>(&self, parts: impl Iterator<Item = (&'a [char], Color32)>) -> Option<Arc<Galley>> {
        let mut mesh = Mesh::default();
        let mut job = LayoutJob { keep_trailing_whitespace: true, ..LayoutJob::default() };
        let mut columns = self.columns.iter();
        let mut right = 0.0;
        for (characters, color) in parts {
            mesh.reserve_triangles(characters.len() * 2);
            mesh.reserve_vertices(characters.len() * 4);
            job.text.reserve(characters.len());
            let start = ByteIndex(job.text.len());
            for character in characters {
                let column = columns.next()?;
                let stamp = self.stamp(*character, column.variant)?;
                if stamp.is_seen() {
                    let left_top = pos2((column.left + stamp.left) / self.pixels_per_point, stamp.top);
                    right = left_top.x + stamp.size.x;
                    mesh.add_rect_with_uv(Rect::from_min_size(left_top, stamp.size), stamp.place, color);
                }
                job.text.push(*character);
            }
            let format = TextFormat { color, ..self.format.clone() };
            let byte_range = start..ByteIndex(job.text.len());
            job.sections.push(LayoutSection { leading_space: 0.0, byte_range, format });
        }
        Some(Arc::new(self.galley(job, mesh, right)))
    }

    fn stamp(&self, character: char, variant: usize) -> Option<&Stamp> {
        (LETTERS.contains(&character) && !CHANGES.contains(&character)).then(|| {
            let letter = character as usize - *LETTERS.start() as usize;
            &self.stamps[letter * self.variants + variant]
        })
    }

    fn galley(&self, job: LayoutJob, mesh: Mesh, right: f32) -> Galley {
        let mut galley = self.line.clone();
        galley.job = Arc::new(job);
        (galley.num_vertices, galley.num_indices) = (mesh.vertices.len(), mesh.indices.len());
        // Its first letter may reach a little to the left; how far exactly doesn't matter to what is out of sight.
        let bounds = Rect::from_min_max(pos2(-self.height.1, self.height.0), pos2(right, self.height.1));
        galley.mesh_bounds = bounds;
        let mut row = self.row.clone();
        row.size = vec2(right, row.size.y);
        row.visuals.glyph_vertex_range = 0..mesh.vertices.len();
        (row.visuals.mesh, row.visuals.mesh_bounds) = (mesh, bounds);
        galley.rows.push(PlacedRow { pos: Pos2::ZERO, row: Arc::new(row), ends_with_newline: false });
        galley
    }
}

impl Stamp {
    /// A space is not.
    fn is_seen(&self) -> bool {
        self.place.is_positive()
    }
}

fn corner([x, y]: [u16; 2]) -> Pos2 {
    pos2(x.into(), y.into())
}

/// One line in the console's font.
fn lay_out(painter: &Painter, text: String, points: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text, FontId::monospace(points), Color32::WHITE);
    job.keep_trailing_whitespace = true;
    painter.layout_job(job)
}

#[cfg(test)]
mod tests;
