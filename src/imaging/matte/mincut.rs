//! The cheapest border between two sets of pixels: minimum cut on the 8-connected grid by two growing search trees (Boykov and Kolmogorov 2004).
//! Knows no product; costs come in as numbers. Capacities are whole numbers and the order is fixed, so the result is, too.

use super::watershed::{BACKGROUND, PRODUCT, UNDECIDED};

/// Costs are kept in thousandths.
const UNIT: f32 = 1000.0;
/// Upper bound of a cost, so that sums stay far from overflow.
const MOST: f32 = 100_000.0;
/// The eight neighbors; the opposite of direction `d` is `7 − d`.
const STEPS: [(isize, isize); 8] = [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)];
const NONE: u32 = u32::MAX;

const FREE: u8 = 0;
const SOURCE: u8 = 1;
const SINK: u8 = 2;

/// Parents: a direction 0..8, or one of these.
const ROOT: u8 = 8;
const ORPHAN: u8 = 9;
const NO_PARENT: u8 = 10;

#[derive(Clone, Debug)]
struct Node {
    /// Residual capacity toward each neighbor.
    cap: [i32; 8],
    near: [u32; 8],
    /// Residual capacity from the source if positive, to the sink if negative.
    terminal: i32,
    tree: u8,
    parent: u8,
    active: bool,
    stamp: u32,
    distance: u32,
}

/// Decides every [`UNDECIDED`] pixel of `markers` (row-major, `width` columns) so that the total cost is least: `unary(i)` is what calling pixel `i`
/// background costs if positive, and, negated, what calling it product costs; `pair(i, j)` ≥ 0 is the cost of a border between neighbors, decided ones
/// included. Diagonal neighbors should cost less by √2. What costs the same both ways becomes background.
pub fn cut(
    markers: &mut [u8],
    width: usize,
    unary: impl Fn(usize) -> f32,
    pair: impl Fn(usize, usize) -> f32,
) {
    let pixels: Vec<usize> = (0..markers.len()).filter(|i| markers[*i] == UNDECIDED).collect();
    let mut graph = Graph::new(markers, width, &pixels, unary, pair);
    graph.solve();
    for (node, pixel) in graph.nodes.iter().zip(&pixels) {
        markers[*pixel] = if node.tree == SOURCE { PRODUCT } else { BACKGROUND };
    }
}

fn capacity(cost: f32) -> i32 {
    (cost.clamp(-MOST, MOST) * UNIT) as i32
}

struct Graph {
    nodes: Vec<Node>,
    queue: std::collections::VecDeque<u32>,
    orphans: Vec<u32>,
    time: u32,
}

impl Graph {
    fn new(
        markers: &[u8],
        width: usize,
        pixels: &[usize],
        unary: impl Fn(usize) -> f32,
        pair: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let height = markers.len() / width;
        let mut index = vec![NONE; markers.len()];
        for (k, pixel) in pixels.iter().enumerate() {
            index[*pixel] = k as u32;
        }
        let mut graph = Graph {
            nodes: Vec::with_capacity(pixels.len()),
            queue: std::collections::VecDeque::new(),
            orphans: Vec::new(),
            time: 0,
        };
        for (k, &i) in pixels.iter().enumerate() {
            let (x, y) = ((i % width) as isize, (i / width) as isize);
            let mut node = Node {
                cap: [0; 8],
                near: [NONE; 8],
                terminal: capacity(unary(i)),
                tree: FREE,
                parent: NO_PARENT,
                active: false,
                stamp: 0,
                distance: 0,
            };
            for (d, (dx, dy)) in STEPS.iter().enumerate() {
                let (nx, ny) = (x + dx, y + dy);
                if nx < 0 || ny < 0 || nx >= width as isize || ny >= height as isize {
                    continue;
                }
                let j = ny as usize * width + nx as usize;
                let cost = capacity(pair(i, j));
                match markers[j] {
                    UNDECIDED => {
                        node.near[d] = index[j];
                        node.cap[d] = cost;
                    }
                    PRODUCT => node.terminal += cost,
                    _ => node.terminal -= cost,
                }
            }
            if node.terminal != 0 {
                node.tree = if node.terminal > 0 { SOURCE } else { SINK };
                node.parent = ROOT;
                node.distance = 1;
                node.active = true;
                graph.queue.push_back(k as u32);
            }
            graph.nodes.push(node);
        }
        graph
    }

    fn solve(&mut self) {
        while let Some(&p) = self.queue.front() {
            if self.nodes[p as usize].tree == FREE {
                self.retire();
                continue;
            }
            match self.grow(p) {
                Some((source, direction)) => {
                    self.augment(source, direction);
                    self.adopt();
                }
                None => self.retire(),
            }
        }
    }

    fn retire(&mut self) {
        if let Some(p) = self.queue.pop_front() {
            self.nodes[p as usize].active = false;
        }
    }

    fn activate(&mut self, p: u32) {
        let node = &mut self.nodes[p as usize];
        if !node.active {
            node.active = true;
            self.queue.push_back(p);
        }
    }

    /// Residual capacity of the tree edge from the side of the source to the side of the sink, between `p` and its neighbor in `direction`.
    fn open(&self, p: u32, direction: usize) -> i32 {
        let node = &self.nodes[p as usize];
        match node.tree {
            SOURCE => node.cap[direction],
            _ => self.nodes[node.near[direction] as usize].cap[7 - direction],
        }
    }

    /// Grows the tree of `p`; the edge at which the two trees meet, as seen from the source's side.
    fn grow(&mut self, p: u32) -> Option<(u32, usize)> {
        for d in 0..8 {
            let q = self.nodes[p as usize].near[d];
            if q == NONE || self.open(p, d) == 0 {
                continue;
            }
            let (tree, stamp, distance) = {
                let node = &self.nodes[p as usize];
                (node.tree, node.stamp, node.distance)
            };
            let other = &mut self.nodes[q as usize];
            if other.tree == FREE {
                other.tree = tree;
                other.parent = (7 - d) as u8;
                other.stamp = stamp;
                other.distance = distance + 1;
                self.activate(q);
            } else if other.tree != tree {
                return Some(if tree == SOURCE { (p, d) } else { (q, 7 - d) });
            } else if other.stamp <= stamp && other.distance > distance + 1 {
                other.parent = (7 - d) as u8;
                other.stamp = stamp;
                other.distance = distance + 1;
            }
        }
        None
    }

    /// Sends as much as fits along the path through the edge from `source` in `direction`.
    fn augment(&mut self, source: u32, direction: usize) {
        let sink = self.nodes[source as usize].near[direction];
        let most = self
            .bottleneck(source, SOURCE)
            .min(self.bottleneck(sink, SINK))
            .min(self.nodes[source as usize].cap[direction]);
        self.nodes[source as usize].cap[direction] -= most;
        self.nodes[sink as usize].cap[7 - direction] += most;
        self.push(source, SOURCE, most);
        self.push(sink, SINK, most);
    }

    fn bottleneck(&self, mut p: u32, tree: u8) -> i32 {
        let mut most = i32::MAX;
        loop {
            let node = &self.nodes[p as usize];
            if node.parent == ROOT {
                return most.min(node.terminal.abs());
            }
            let d = node.parent as usize;
            let parent = node.near[d];
            most =
                most.min(if tree == SOURCE { self.nodes[parent as usize].cap[7 - d] } else { node.cap[d] });
            p = parent;
        }
    }

    fn push(&mut self, mut p: u32, tree: u8, amount: i32) {
        loop {
            let node = &mut self.nodes[p as usize];
            if node.parent == ROOT {
                node.terminal += if tree == SOURCE { -amount } else { amount };
                if node.terminal == 0 {
                    node.parent = ORPHAN;
                    self.orphans.push(p);
                }
                return;
            }
            let d = node.parent as usize;
            let parent = node.near[d];
            let left = if tree == SOURCE {
                node.cap[d] += amount;
                let above = &mut self.nodes[parent as usize];
                above.cap[7 - d] -= amount;
                above.cap[7 - d]
            } else {
                node.cap[d] -= amount;
                let left = node.cap[d];
                self.nodes[parent as usize].cap[7 - d] += amount;
                left
            };
            if left == 0 {
                self.nodes[p as usize].parent = ORPHAN;
                self.orphans.push(p);
            }
            p = parent;
        }
    }

    /// Finds new parents for what augmenting cut off, or sets it free.
    fn adopt(&mut self) {
        self.time += 1;
        while let Some(p) = self.orphans.pop() {
            let mut best = (u32::MAX, NO_PARENT);
            for d in 0..8 {
                let q = self.nodes[p as usize].near[d];
                if q == NONE || self.nodes[q as usize].tree != self.nodes[p as usize].tree {
                    continue;
                }
                if self.from(p, q, d) > 0
                    && let Some(distance) = self.origin(q)
                    && distance < best.0
                {
                    best = (distance, d as u8);
                }
            }
            if best.1 != NO_PARENT {
                let time = self.time;
                let node = &mut self.nodes[p as usize];
                node.parent = best.1;
                node.stamp = time;
                node.distance = best.0 + 1;
            } else {
                self.release(p);
            }
        }
    }

    /// Residual capacity of the tree edge from the possible parent `q` to `p`, which lies opposite to `direction`.
    fn from(&self, p: u32, q: u32, direction: usize) -> i32 {
        let node = &self.nodes[p as usize];
        if node.tree == SOURCE { self.nodes[q as usize].cap[7 - direction] } else { node.cap[direction] }
    }

    /// Steps from `q` to its terminal, `None` if it hangs on an orphan. Stamps the way.
    fn origin(&mut self, q: u32) -> Option<u32> {
        let (mut steps, mut p) = (0, q);
        let total = loop {
            let node = &self.nodes[p as usize];
            if node.stamp == self.time {
                break steps + node.distance;
            }
            match node.parent {
                ROOT => {
                    let time = self.time;
                    let node = &mut self.nodes[p as usize];
                    node.stamp = time;
                    node.distance = 1;
                    break steps + 1;
                }
                ORPHAN | NO_PARENT => return None,
                d => {
                    p = node.near[d as usize];
                    steps += 1;
                }
            }
        };
        let (mut distance, mut p) = (total, q);
        while self.nodes[p as usize].stamp != self.time {
            let node = &mut self.nodes[p as usize];
            node.stamp = self.time;
            node.distance = distance;
            distance -= 1;
            p = node.near[node.parent as usize];
        }
        Some(total)
    }

    fn release(&mut self, p: u32) {
        for d in 0..8 {
            let q = self.nodes[p as usize].near[d];
            if q == NONE || self.nodes[q as usize].tree != self.nodes[p as usize].tree {
                continue;
            }
            if self.from(p, q, d) > 0 {
                self.activate(q);
            }
            let child = &mut self.nodes[q as usize];
            if child.parent < 8 && child.parent as usize == 7 - d {
                child.parent = ORPHAN;
                self.orphans.push(q);
            }
        }
        let node = &mut self.nodes[p as usize];
        node.tree = FREE;
        node.parent = NO_PARENT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn total(markers: &[u8], width: usize, unary: &[f32], pair: &dyn Fn(usize, usize) -> f32) -> f32 {
        let height = markers.len() / width;
        let mut sum = 0.0;
        for i in 0..markers.len() {
            sum += if markers[i] == PRODUCT { (-unary[i]).max(0.0) } else { unary[i].max(0.0) };
            for (dx, dy) in &STEPS[4..] {
                let (x, y) = ((i % width) as isize + dx, (i / width) as isize + dy);
                if x >= 0 && x < width as isize && y < height as isize {
                    let j = y as usize * width + x as usize;
                    if markers[i] != markers[j] {
                        sum += pair(i, j);
                    }
                }
            }
        }
        sum
    }

    proptest! {
        #[test]
        fn no_other_border_is_cheaper(unary in proptest::collection::vec(-3.0f32..3.0, 12), seed in 0u32..1000) {
            let pair = |i: usize, j: usize| {
                let (a, b) = (i.min(j) as u32, i.max(j) as u32);
                (a.wrapping_mul(2_654_435_761).wrapping_add(b * 40_503 + seed) % 17) as f32 / 8.0
            };
            let mut found = vec![UNDECIDED; 12];
            cut(&mut found, 4, |i| unary[i], pair);
            let cost = total(&found, 4, &unary, &pair);
            for bits in 0u32..1 << 12 {
                let other: Vec<u8> =
                    (0..12).map(|i| if bits >> i & 1 == 1 { PRODUCT } else { BACKGROUND }).collect();
                // Costs are rounded to thousandths.
                prop_assert!(cost <= total(&other, 4, &unary, &pair) + 0.1);
            }
        }
    }

    #[test]
    fn a_gap_in_an_edge_is_closed() {
        // A square of 20 with a strong edge all around but for a gap of 4; inside nothing tells it from outside.
        let (width, mut markers) = (40, vec![UNDECIDED; 1600]);
        let inside = |i: usize| (10..30).contains(&(i % 40)) && (10..30).contains(&(i / 40));
        markers[20 * 40 + 20] = PRODUCT;
        (0..40).for_each(|x| markers[x] = BACKGROUND);
        let pair = |i: usize, j: usize| {
            let gap = (18..22).contains(&(i % 40)) && i / 40 < 20;
            if inside(i) != inside(j) && !gap { 0.01 } else { 1.0 }
        };
        cut(&mut markers, width, |_| 0.0, pair);
        let product = (0..1600).filter(|i| markers[*i] == PRODUCT).count();
        assert!((380..=410).contains(&product) || product == 1, "{product}");
    }
}
