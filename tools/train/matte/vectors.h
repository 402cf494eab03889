// Vectors, chance and noise.
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
