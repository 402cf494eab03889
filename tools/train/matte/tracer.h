// A small path tracer over signed distances, for training pictures: one thing on a ground, with its exact coverage.
//
// The same source is compiled by nvcc for an accelerator and by g++ for a look on a CPU (tracer.cu).
// Units: the thing is about 1 across and stands on y = 0; colors are linear. Distances: Quilez, "distance functions".
#pragma once
#include <math.h>
#include <stdint.h>

#ifdef __CUDACC__
#define HD __host__ __device__ inline
#else
#define HD inline
#endif

struct V {
    float x, y, z;
};
HD V v(float x, float y, float z) { return V{x, y, z}; }
HD V operator+(V a, V b) { return v(a.x + b.x, a.y + b.y, a.z + b.z); }
HD V operator-(V a, V b) { return v(a.x - b.x, a.y - b.y, a.z - b.z); }
HD V operator*(V a, float s) { return v(a.x * s, a.y * s, a.z * s); }
HD V operator*(V a, V b) { return v(a.x * b.x, a.y * b.y, a.z * b.z); }
HD float dot(V a, V b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
HD V cross(V a, V b) { return v(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x); }
HD float length(V a) { return sqrtf(dot(a, a)); }
HD V unit(V a) { return a * (1.f / fmaxf(length(a), 1e-9f)); }
HD V mix(V a, V b, float t) { return a * (1.f - t) + b * t; }
HD float clampf(float x, float a, float b) { return fminf(fmaxf(x, a), b); }
HD float fract(float x) { return x - floorf(x); }
HD float smooth(float a, float b, float x) {
    float t = clampf((x - a) / (b - a), 0.f, 1.f);
    return t * t * (3.f - 2.f * t);
}

// The only source of chance: a PCG hash of the pixel, and for directions Roberts' R2 sequence over its samples, turned by that hash,
// which leaves far less grain than independent draws.
struct Dice {
    uint32_t state;
    int sample;
    uint32_t turned;
    HD void pair(int purpose, float *a, float *b) {
        uint32_t h = (turned ^ ((uint32_t)purpose * 2654435761u)) * 1274126177u;
        h ^= h >> 15;
        h *= 2246822519u;
        *a = fract((h & 0xffffu) / 65536.f + sample * .7548776662f);
        *b = fract((h >> 16) / 65536.f + sample * .5698402910f);
    }
    HD float next() {
        state = state * 747796405u + 2891336453u;
        uint32_t w = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
        return ((w >> 22u) ^ w) * 2.3283064e-10f;
    }
};

HD float lattice(int x, int y, int z) {
    uint32_t h = (uint32_t)x * 374761393u + (uint32_t)y * 668265263u + (uint32_t)z * 2246822519u;
    h = (h ^ (h >> 13)) * 1274126177u;
    return ((h ^ (h >> 16)) & 0xffffffu) * (1.f / 16777216.f);
}
HD float noise(V p) {
    float fx = floorf(p.x), fy = floorf(p.y), fz = floorf(p.z);
    int x = (int)fx, y = (int)fy, z = (int)fz;
    float u = p.x - fx, w = p.y - fy, t = p.z - fz;
    u = u * u * (3 - 2 * u), w = w * w * (3 - 2 * w), t = t * t * (3 - 2 * t);
    float a = lattice(x, y, z) * (1 - u) + lattice(x + 1, y, z) * u, b = lattice(x, y + 1, z) * (1 - u) + lattice(x + 1, y + 1, z) * u;
    float c = lattice(x, y, z + 1) * (1 - u) + lattice(x + 1, y, z + 1) * u;
    float d = lattice(x, y + 1, z + 1) * (1 - u) + lattice(x + 1, y + 1, z + 1) * u;
    return (a * (1 - w) + b * w) * (1 - t) + (c * (1 - w) + d * w) * t;
}
HD float fbm(V p) { return noise(p) * .5f + noise(p * 2.03f) * .25f + noise(p * 4.1f) * .15f + noise(p * 8.3f) * .1f; }

enum Kind { ELLIPSOID, BOX, CAPSULE, TORUS, CYLINDER, LATHE, OUTLINE, LATTICE };

struct Part {
    int32_t kind, cut, material;  // cut: taken away instead of added
    float blend;                  // radius of the smooth union with what came before
    float to_local[12];           // rows of the 3x4 matrix world -> local (rigid)
    float size[8];                // see distance_to
    float center[3], reach;       // bounding sphere in world space
    float bump, bump_scale;       // displacement: amplitude, frequency
};

enum Pattern { PLAIN, STRIPES, CHECKS, DOTS, CLOUDS, WOOD, VEINS, LETTERS, PLANKS, WEAVE, SPECKLE };

struct Material {
    float color[3], other[3];
    int32_t pattern;
    float scale, rough, gloss, metal;  // gloss: strength of the mirror at normal incidence
    float turn;                        // of the pattern about z, radians
};

struct Light {
    float to[3], color[3], spread;  // direction to it, irradiance, tangent of its half angle
};

struct Scene {
    int32_t parts, lights, ground, wall;  // ground and wall are materials; wall < 0: none
    Part part[64];
    Material material[12];
    Light light[3];
    float eye[3], right[3], up[3], ahead[3], tangent;  // tangent of half the field of view
    float sky[3], horizon[3], floor_glow[3];           // ambient light: from above, from the side, from below the horizon
    float wall_at, cove;                               // z of the wall (negative), radius of the cove between it and the ground
    float center[3], reach;                            // bounding sphere of the thing
    float box_light, seed;                             // strength of soft boxes seen in mirrors
};

HD V local(const float *m, V p) {
    return v(m[0] * p.x + m[1] * p.y + m[2] * p.z + m[3], m[4] * p.x + m[5] * p.y + m[6] * p.z + m[7],
             m[8] * p.x + m[9] * p.y + m[10] * p.z + m[11]);
}

HD float flat(float x, float y) { return sqrtf(x * x + y * y); }

HD float distance_to(const Part &part, V p) {
    const float *s = part.size;
    switch (part.kind) {
    case ELLIPSOID: {  // radii
        V q = v(p.x / s[0], p.y / s[1], p.z / s[2]);
        float k = length(q), g = length(v(q.x / s[0], q.y / s[1], q.z / s[2]));
        return k * (k - 1.f) / fmaxf(g, 1e-6f);
    }
    case BOX: {  // half sides, rounding
        V q = v(fabsf(p.x) - s[0] + s[3], fabsf(p.y) - s[1] + s[3], fabsf(p.z) - s[2] + s[3]);
        return length(v(fmaxf(q.x, 0), fmaxf(q.y, 0), fmaxf(q.z, 0))) + fminf(fmaxf(q.x, fmaxf(q.y, q.z)), 0.f) - s[3];
    }
    case CAPSULE: {  // half length along y, radius below, radius above
        float t = clampf(p.y / fmaxf(s[0], 1e-6f), -1.f, 1.f);
        return length(v(p.x, p.y - t * s[0], p.z)) - (s[1] + (s[2] - s[1]) * (t * .5f + .5f));
    }
    case TORUS: {  // radius, radius of the tube, half of the arc kept (radians, about +x)
        float a = atan2f(p.y, p.x);
        if (fabsf(a) <= s[2]) return flat(flat(p.x, p.y) - s[0], p.z) - s[1];
        float e = a > 0 ? s[2] : -s[2];
        return length(v(p.x - s[0] * cosf(e), p.y - s[0] * sinf(e), p.z)) - s[1];
    }
    case CYLINDER: {  // half height, radius, rounding, wall (0: solid; else open above)
        float r = flat(p.x, p.z), dx = r - s[1] + s[2], dy = fabsf(p.y) - s[0] + s[2];
        float d = fminf(fmaxf(dx, dy), 0.f) + flat(fmaxf(dx, 0), fmaxf(dy, 0)) - s[2];
        if (s[3] > 0) d = fmaxf(d, -fmaxf(r - s[1] + s[3], -(p.y + s[0] - s[3])));
        return d;
    }
    case LATHE: {  // half height, six radii from the bottom up, wall (0: solid; else open above)
        float t = clampf((p.y / s[0] * .5f + .5f) * 5.f, 0.f, 4.999f), f = t - floorf(t);
        int i = (int)t;
        f = f * f * (3 - 2 * f);
        float radius = s[1 + i] + (s[2 + i] - s[1 + i]) * f, r = flat(p.x, p.z);
        float d = fmaxf((r - radius) * .75f, fabsf(p.y) - s[0]);
        if (s[7] > 0) d = fmaxf(d, -fmaxf((r - radius) * .75f + s[7], -(p.y + s[0] - s[7])));
        return d;
    }
    case OUTLINE: {  // half thickness, radius, strength and number of its waves, phase, stretch along x, sharpness, rounding
        float x = p.x / s[5], a = atan2f(p.y, x), w = cosf(a * s[3] + s[4]);
        float wave = w > 0 ? powf(w, s[6]) : -powf(-w, s[6]);
        float outline = s[1] * (1.f + s[2] * wave + .4f * s[2] * cosf(a * 2.f + s[4] * 3.1f));
        float dx = (flat(x, p.y) - outline) * .55f * fminf(s[5], 1.f) + s[7], dy = fabsf(p.z) - s[0] + s[7];
        return fminf(fmaxf(dx, dy), 0.f) + flat(fmaxf(dx, 0), fmaxf(dy, 0)) - s[7];
    }
    default: {  // LATTICE: wires on an open cylinder: half height, radius below, radius above, wire, number around, number of rings
        float t = clampf(p.y / s[0] * .5f + .5f, 0.f, 1.f), radius = s[1] + (s[2] - s[1]) * t, r = flat(p.x, p.z);
        float step = 2.f * s[0] / s[5], ring = clampf(roundf((p.y + s[0]) / step), 0.f, s[5]) * step - s[0];
        float d = flat(r - (s[1] + (s[2] - s[1]) * ((ring + s[0]) / (2.f * s[0]))), p.y - ring);
        float turn = 6.2831853f / s[4], a = atan2f(p.z, p.x), near = a - roundf(a / turn) * turn;
        float up = length(v(r * cosf(near) - radius, fmaxf(fabsf(p.y) - s[0], 0.f), r * sinf(near)));
        return (fminf(d, up) - s[3]) * .9f;
    }
    }
}

struct Near {
    float d;
    int part;
};

// Distance to the whole thing; `part` is the one whose surface is nearest.
HD Near thing(const Scene &s, V p) {
    Near near = {1e9f, 0};
    for (int i = 0; i < s.parts; i++) {
        const Part &part = s.part[i];
        float bound = length(p - v(part.center[0], part.center[1], part.center[2])) - part.reach;
        if (!part.cut && bound > near.d + part.blend) continue;
        if (part.cut && -bound < near.d) continue;
        if (bound > .08f && !part.cut) {
            if (bound < near.d) near.d = bound, near.part = i;
            continue;
        }
        V q = local(part.to_local, p);
        float d = distance_to(part, q);
        if (part.bump > 0 && d < .1f) d = (d - part.bump * (fbm(q * part.bump_scale) - .5f)) * .75f;
        if (part.cut) {
            if (-d > near.d) near.d = -d;
        } else if (part.blend > 0 && near.d < 1e8f) {
            float h = clampf(.5f + .5f * (near.d - d) / part.blend, 0.f, 1.f);
            if (h > .5f) near.part = i;
            near.d = near.d * (1 - h) + d * h - part.blend * h * (1 - h);
        } else if (d < near.d) near.d = d, near.part = i;
    }
    return near;
}

struct Hit {
    float t;
    int what;  // -1 nothing, 0 ground, 1 wall, 2 the thing
    int part;
    V at, normal;
};

HD bool march(const Scene &s, V from, V to, float limit, float *t, int *part) {
    V c = v(s.center[0], s.center[1], s.center[2]) - from;
    float b = dot(c, to), h = s.reach * s.reach - dot(c, c) + b * b;
    if (h < 0) return false;
    h = sqrtf(h);
    float x = fmaxf(b - h, 1e-3f), end = fminf(b + h, limit);
    const int steps = 112;
    for (int i = 0; i < steps && x < end; i++) {
        Near n = thing(s, from + to * x);
        if (n.d < 4e-4f || (i == steps - 1 && n.d < 8e-3f)) {
            *t = x, *part = n.part;
            return true;
        }
        x += fmaxf(n.d * .9f, 3e-4f);
    }
    return false;
}

// Ground, cove and wall are one extruded profile in (z, y).
HD Hit cast(const Scene &s, V from, V to) {
    Hit hit = {1e9f, -1, 0, from, v(0, 1, 0)};
    if (to.y < -1e-6f) {
        float t = -from.y / to.y;
        V at = from + to * t;
        if (t > 1e-4f && t < 60.f && (s.wall < 0 || at.z > s.wall_at + s.cove)) hit = Hit{t, 0, 0, at, v(0, 1, 0)};
    }
    if (s.wall >= 0 && to.z < -1e-6f) {
        float t = (s.wall_at - from.z) / to.z;
        V at = from + to * t;
        if (t > 1e-4f && t < hit.t && at.y > s.cove) hit = Hit{t, 1, 0, at, v(0, 0, 1)};
        if (s.cove > 0) {  // quarter cylinder, axis at (wall + cove, cove)
            float z = from.z - s.wall_at - s.cove, y = from.y - s.cove;
            float a = to.z * to.z + to.y * to.y, b = z * to.z + y * to.y, c = z * z + y * y - s.cove * s.cove, h = b * b - a * c;
            if (h > 0) {
                float t = (-b + sqrtf(h)) / a;
                V at = from + to * t;
                if (t > 1e-4f && t < hit.t && at.z < s.wall_at + s.cove && at.y < s.cove)
                    hit = Hit{t, at.y < .5f * s.cove ? 0 : 1, 0, at, unit(v(0, s.cove - at.y, s.wall_at + s.cove - at.z))};
            }
        }
    }
    float t;
    int part;
    if (march(s, from, to, hit.t, &t, &part)) {
        V at = from + to * t;
        const float e = 6e-4f;
        float d = thing(s, at).d;
        V n = v(thing(s, at + v(e, 0, 0)).d - d, thing(s, at + v(0, e, 0)).d - d, thing(s, at + v(0, 0, e)).d - d);
        hit = Hit{t, 2, part, at, unit(n)};
    }
    return hit;
}

HD float share(const Material &m, V p) {
    float c = cosf(m.turn), w = sinf(m.turn);
    p = v(p.x * c - p.y * w, p.x * w + p.y * c, p.z) * m.scale;
    switch (m.pattern) {
    case STRIPES: return fract(p.x) < .5f;
    case CHECKS: return ((int)floorf(p.x) + (int)floorf(p.y) + (int)floorf(p.z)) & 1;
    case DOTS: return flat(fract(p.x) - .5f, flat(fract(p.y) - .5f, fract(p.z) - .5f)) < .33f;
    case CLOUDS: return smooth(.35f, .65f, fbm(p));
    case WOOD: return fract(flat(p.x * .25f, p.z) * 4.f + fbm(v(p.x * .4f, p.y, p.z)) * 3.f) * .7f + .3f * noise(v(p.x * 2.f, p.y * 40.f, p.z * 40.f));
    case VEINS: return powf(1.f - fabsf(2.f * fbm(p) - 1.f), 14.f);
    case LETTERS: {  // a label with rows of marks on one side
        float x = p.x, y = p.y;
        if (fabsf(x) > 1.f || fabsf(y) > .8f) return 0.f;
        float row = floorf(y * 4.f), in = fract(y * 4.f);
        if (in < .35f || fabsf(x) > .35f + .6f * lattice((int)row, 7, 1)) return .12f;
        return noise(v(x * 16.f, row * 13.1f + in * 2.f, 3.f)) > .5f ? 1.f : .12f;
    }
    case PLANKS: {
        float row = floorf(p.z), along = p.x * .25f + lattice((int)row, 3, 5);
        float seam = fminf(fract(p.z), fract(along));
        float grain = .45f * fbm(v(p.x * .8f, row * 9.f, p.z * 14.f)) + .35f * lattice((int)row, (int)floorf(along), 11);
        return seam < .025f ? 1.f : grain;
    }
    case WEAVE: return .5f + .5f * sinf(p.x * 6.2832f) * sinf((p.y + p.z) * 6.2832f);
    case SPECKLE: return smooth(.62f, .7f, noise(p * 3.f));
    default: return 0.f;
    }
}

HD V albedo(const Material &m, V p) { return mix(v(m.color[0], m.color[1], m.color[2]), v(m.other[0], m.other[1], m.other[2]), share(m, p)); }

HD V ambient(const Scene &s, V to) {
    V sky = v(s.sky[0], s.sky[1], s.sky[2]), side = v(s.horizon[0], s.horizon[1], s.horizon[2]), below = v(s.floor_glow[0], s.floor_glow[1], s.floor_glow[2]);
    return to.y > 0 ? mix(side, sky, smooth(0.f, .7f, to.y)) : mix(side, below, smooth(0.f, .4f, -to.y));
}

// What a mirror sees far away: the ambient light, and two soft boxes.
HD V studio(const Scene &s, V to) {
    V seen = ambient(s, to);
    float a = atan2f(to.x, to.z);
    if (to.y > .05f && to.y < .8f && (fabsf(a - 1.1f) < .35f || fabsf(a + 1.6f) < .25f)) seen = seen + v(1, 1, 1) * s.box_light;
    return seen;
}

HD const Material &material_of(const Scene &s, const Hit &hit) {
    return s.material[hit.what == 0 ? s.ground : hit.what == 1 ? s.wall : s.part[hit.part].material];
}

HD V surface(const Scene &s, const Hit &hit) {
    return albedo(material_of(s, hit), hit.what == 2 ? local(s.part[hit.part].to_local, hit.at) : hit.what == 0 ? v(hit.at.x, 0, hit.at.z) : hit.at);
}

HD V any_direction(Dice &dice, int purpose) {
    float z, a;
    dice.pair(purpose, &z, &a);
    z = 2 * z - 1, a *= 6.2831853f;
    float r = sqrtf(fmaxf(0.f, 1 - z * z));
    return v(r * cosf(a), r * sinf(a), z);
}

// Light that falls on a point and leaves it by scattering, divided by its color.
template <bool BOUNCE> HD V received(const Scene &s, const Hit &hit, V from, Dice &dice) {
    V sum = v(0, 0, 0);
    for (int i = 0; i < s.lights; i++) {
        const Light &l = s.light[i];
        V to = unit(v(l.to[0], l.to[1], l.to[2]) + any_direction(dice, (BOUNCE ? 1 : 11) + i) * l.spread);
        float facing = dot(to, hit.normal), t;
        int part;
        if (facing > 0 && !march(s, from, to, 1e9f, &t, &part)) sum = sum + v(l.color[0], l.color[1], l.color[2]) * facing;
    }
    if constexpr (!BOUNCE) return sum + ambient(s, hit.normal) * .6f;
    else {
        V to = unit(hit.normal + any_direction(dice, 5) * .999f);
        Hit next = cast(s, from, to);
        if (next.what < 0) return sum + ambient(s, to);
        return sum + surface(s, next) * received<false>(s, next, next.at + next.normal * 2e-3f, dice);
    }
}

HD V shade(const Scene &s, V from, V to, Dice &dice, bool *covered) {
    Hit hit = cast(s, from, to);
    *covered = hit.what == 2;
    if (hit.what < 0) return ambient(s, to);
    const Material &m = material_of(s, hit);
    V color = surface(s, hit), off = hit.at + hit.normal * 2e-3f;
    float facing = clampf(-dot(to, hit.normal), 0.f, 1.f), grazing = powf(1 - facing, 5.f);
    V tint = m.metal > .5f ? color : v(m.gloss, m.gloss, m.gloss);
    V mirror = tint + (v(1, 1, 1) - tint) * (grazing * (m.gloss > 0 || m.metal > .5f ? 1.f - m.rough : 0.f));
    V out = v(0, 0, 0);
    if (m.metal < .5f) out = color * received<true>(s, hit, off, dice) * (1.f - mirror.x);
    if (mirror.x + mirror.y + mirror.z > .01f) {
        V r = unit(to - hit.normal * (2.f * dot(to, hit.normal)) + any_direction(dice, 6) * (m.rough * m.rough));
        if (dot(r, hit.normal) > 0) {
            Hit seen = cast(s, off, r);
            V light = seen.what < 0 ? studio(s, r) : surface(s, seen) * received<false>(s, seen, seen.at + seen.normal * 2e-3f, dice);
            out = out + mirror * light;
        }
    }
    return out;
}

// One pixel: linear color and coverage, averaged over a stratified grid of `side`² samples.
HD void pixel(const Scene &s, int x, int y, int edge, int side, float *out) {
    V sum = v(0, 0, 0), eye = v(s.eye[0], s.eye[1], s.eye[2]);
    float cover = 0;
    for (int i = 0; i < side * side; i++) {
        uint32_t own = ((uint32_t)(x + y * edge) * 9781u + (uint32_t)(s.seed * 1e6f)) * 747796405u;
        Dice dice = {own + (uint32_t)i * 6271u, i, own};
        dice.next();
        float px = (x + (i % side + dice.next()) / side) / edge * 2.f - 1.f, py = 1.f - (y + (i / side + dice.next()) / side) / edge * 2.f;
        V to = unit(v(s.ahead[0], s.ahead[1], s.ahead[2]) + v(s.right[0], s.right[1], s.right[2]) * (px * s.tangent) + v(s.up[0], s.up[1], s.up[2]) * (py * s.tangent));
        bool covered;
        V c = shade(s, eye, to, dice, &covered);
        sum = sum + v(fminf(c.x, 4.f), fminf(c.y, 4.f), fminf(c.z, 4.f));
        cover += covered;
    }
    float k = 1.f / (side * side);
    out[0] = sum.x * k, out[1] = sum.y * k, out[2] = sum.z * k, out[3] = cover * k;
}

// Height of the thing's lowest point, by rays from below on a grid.
inline float lowest(const Scene &s) {
    float low = 1e9f;
    for (int i = 0; i < 40 * 40; i++) {
        float x = (i % 40 + .5f) / 20.f - 1.f, z = (i / 40 + .5f) / 20.f - 1.f, t;
        int part;
        V from = v(s.center[0] + x * s.reach, s.center[1] - s.reach - .1f, s.center[2] + z * s.reach);
        if (march(s, from, v(0, 1, 0), 1e9f, &t, &part)) low = fminf(low, from.y + t);
    }
    return low;
}
