// Entry points of the tracer, for ctypes: `trace` draws scenes into linear f32 pictures, scenes x edge x edge x 4 (RGB and coverage), row-major.
// nvcc -O3 -arch=native --use_fast_math -shared -Xcompiler -fPIC,-fopenmp tracer.cu -o tracer.so      pointers are device memory
// g++ -O3 -fopenmp -x c++ -shared -fPIC tracer.cu -o tracer.so                                pointers are host memory
#include "tracer.h"

#ifdef __CUDACC__
__global__ void draw(const Scene *scenes, float *out, int edge, int side) {
    __shared__ Scene scene;  // every thread of a block reads the same parts
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y, i = blockIdx.z;
    for (int word = threadIdx.y * blockDim.x + threadIdx.x; word < (int)(sizeof(Scene) / 4); word += blockDim.x * blockDim.y)
        ((uint32_t *)&scene)[word] = ((const uint32_t *)(scenes + i))[word];
    __syncthreads();
    if (x < edge && y < edge) pixel(scene, x, y, edge, side, out + 4 * ((size_t)(i * edge + y) * edge + x));
}
extern "C" int trace(const Scene *scenes, float *out, int count, int edge, int side) {
    dim3 block(8, 16), grid((edge + 7) / 8, (edge + 15) / 16, count);
    draw<<<grid, block>>>(scenes, out, edge, side);
    return cudaDeviceSynchronize();
}
#else
extern "C" int trace(const Scene *scenes, float *out, int count, int edge, int side) {
#pragma omp parallel for schedule(dynamic, 4)
    for (int row = 0; row < count * edge; row++)
        for (int x = 0; x < edge; x++) pixel(scenes[row / edge], x, row % edge, edge, side, out + 4 * ((size_t)row * edge + x));
    return 0;
}
#endif
// Lowest points of things, one f32 a scene; host memory in both builds.
extern "C" void settle(const Scene *scenes, float *low, int count) {
#pragma omp parallel for schedule(dynamic, 1)
    for (int i = 0; i < count; i++) low[i] = lowest(scenes[i]);
}
extern "C" int scene_bytes() { return sizeof(Scene); }
