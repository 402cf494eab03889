// A small path tracer over signed distances, for training pictures: one thing on a ground, with its exact coverage.
//
// The same source is compiled by nvcc for an accelerator and by g++ for a look on a CPU (tracer.cu).
// Units: the thing is about 1 across and stands on y = 0; colors are linear.
#pragma once
#include "shapes.h"

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
