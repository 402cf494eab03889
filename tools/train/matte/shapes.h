// A scene's layout (as in layout.py), the distance to a thing made of parts, and the patterns on it. Distances: Quilez, "distance functions".
#pragma once
#include "vectors.h"

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
