/*
 * The only header that Java sees.
 *
 * CNN-10 (9x9 1->64, 3x3 64->32, 5x5 32->1, ReLU between) trained and evaluated in whole steps.
 * Every function returns an ldct_status; after anything but LDCT_OK the calling thread may read
 * ldct_last_error(). No C++ exception and no exit crosses this line. A handle may be used by one
 * thread at a time; different trainers of one engine may be used by different threads. Close
 * trainers and datasets before their engine.
 *
 * Images are row-major float32. "Normalised" is the scale that the network sees:
 * (stored - offset) / scale, float32 arithmetic. "Stored" is the DICOM value (HU + 1024 by
 * convention).
 */
#ifndef LDCT_H
#define LDCT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LDCT_ABI_VERSION 4

/* Parameters in state_dict order: layers.0.weight [64,1,9,9], layers.0.bias [64],
 * layers.2.weight [32,64,3,3], layers.2.bias [32], layers.4.weight [1,32,5,5], layers.4.bias [1]. */
#define LDCT_PARAMETER_COUNT 24513

/* Status codes. */
#define LDCT_OK 0
#define LDCT_INVALID_ARGUMENT 1
#define LDCT_UNSUPPORTED 2
#define LDCT_OUT_OF_MEMORY 3
#define LDCT_NO_DEVICE 4
#define LDCT_DEVICE_ERROR 5
#define LDCT_DEVICE_LOST 6 /* the engine is poisoned: close everything, do not retry */
#define LDCT_IO_ERROR 7
#define LDCT_INTERNAL 8

/* Backends. */
#define LDCT_CPU 0
#define LDCT_CUDA 1

/* Working precision of activations and products; accumulation is float32 or better. */
#define LDCT_FP32 0
#define LDCT_BF16 1
#define LDCT_BF16X3 2
#define LDCT_TF32 3

/* Whose kernels a CUDA trainer runs: this project's, or cuDNN's, which must be installed. */
#define LDCT_KERNELS_TUNED 0
#define LDCT_KERNELS_CUDNN 1

/* Optimisers. */
#define LDCT_ADAM 0
#define LDCT_SGD 1
#define LDCT_RMSPROP 2

typedef struct ldct_engine ldct_engine;
typedef struct ldct_dataset ldct_dataset;
typedef struct ldct_trainer ldct_trainer;

typedef struct ldct_engine_options {
  int32_t backend; /* LDCT_CPU or LDCT_CUDA */
  int32_t device;  /* CUDA ordinal; ignored by the CPU */
  int32_t threads; /* CPU worker threads, 0 = one a core this process may use */
} ldct_engine_options;

typedef struct ldct_trainer_options {
  int32_t precision; /* LDCT_FP32 ... */
  int32_t optimizer; /* LDCT_ADAM ... */
  double lr;
  double beta1, beta2;        /* Adam */
  double momentum, dampening; /* SGD */
  float offset, scale;        /* normalised = (stored - offset) / scale; scale > 0 */
  int32_t kernels;            /* LDCT_KERNELS_TUNED ...; ignored by the CPU */
} ldct_trainer_options;

/* The ABI of the loaded library; compare with LDCT_ABI_VERSION before anything else. */
int32_t ldct_abi_version(void);

/* Message of this thread's last failed call; never NULL, valid until the next call. */
const char* ldct_last_error(void);

/*
 * What this machine has and which implementation each operation would take, as a JSON object
 * {"cpu":{...},"cuda":{...}}. Writes at most capacity bytes including the terminating zero; needed
 * (may be NULL) receives the full size. LDCT_INVALID_ARGUMENT if capacity is too small.
 */
int32_t ldct_capabilities(char* json, int64_t capacity, int64_t* needed);

int32_t ldct_engine_open(const ldct_engine_options* options, ldct_engine** engine);
void ldct_engine_close(ldct_engine* engine);

/*
 * Opens a slice cache. path names a file that is mapped read-only; slices is [count][5]:
 * byte offset of the low-dose slice, byte offset of the high-dose slice, rows, columns, flags
 * (bit 0: pixels are signed). Pixels are little-endian 16 bit, row-major. The file must not
 * change while the dataset is open. LDCT_IO_ERROR if it cannot be mapped, LDCT_INVALID_ARGUMENT
 * if a slice lies outside it or on an odd offset.
 */
int32_t ldct_dataset_open(ldct_engine* engine, const char* path, const int64_t* slices,
                          int64_t count, ldct_dataset** dataset);
void ldct_dataset_close(ldct_dataset* dataset);

/*
 * Bytes of all slices, and of those that lie where the engine computes. A CUDA engine uploads what
 * fits beside an eighth of the device's memory; windows of other slices are copied when they are
 * needed. Data sets of the same file and table share one upload.
 */
int32_t ldct_dataset_memory(const ldct_dataset* dataset, int64_t* bytes, int64_t* resident);

/*
 * The arithmetic limit of this engine for a precision, measured now in about a tenth of a second: GFLOP/s of all its
 * threads, or of the whole device, if the units that its kernels use did nothing but multiply and add, counting that as
 * two. Where several products of the hardware make one of the precision (LDCT_BF16X3 on CPU tiles), it is that much lower.
 */
int32_t ldct_measure_peak(ldct_engine* engine, int32_t precision, double* gflops);

/*
 * How long SSIM of image pairs takes where they already lie in the engine's memory, as predictions do in
 * ldct_evaluate: milliseconds for all of them, the mean of so many runs (at least 1). A CUDA engine brings the pairs to
 * the device first, which is not counted, needs memory for all of them, and reads the time from the device. The other
 * arguments and limits are those of ldct_image_quality, without clipping.
 */
int32_t ldct_measure_ssim(ldct_engine* engine, const float* target, const float* prediction, int64_t count,
                          int32_t rows, int32_t columns, double data_range, int32_t runs, double* milliseconds);

int32_t ldct_trainer_create(ldct_engine* engine, const ldct_trainer_options* options,
                            ldct_trainer** trainer);
void ldct_trainer_close(ldct_trainer* trainer);

/*
 * Bytes that a trainer holds after its calls so far. model: parameters, optimiser state, every worker's weights in the kernels'
 * layouts and sums of gradients, and a gradient for each part into which the largest minibatch was cut. activations: activations, their gradients and scratch of all workers. On a CUDA device both are
 * device memory, and a network's workspace counts as activations.
 */
int32_t ldct_trainer_memory(ldct_trainer* trainer, int64_t* model, int64_t* activations);

/* parameters: float32 [LDCT_PARAMETER_COUNT]. Setting them leaves the optimiser state alone. */
int32_t ldct_trainer_set_parameters(ldct_trainer* trainer, const float* parameters);
int32_t ldct_trainer_get_parameters(ldct_trainer* trainer, float* parameters);

/*
 * Optimiser state: moments float32 [2][LDCT_PARAMETER_COUNT] (Adam m, v; SGD momentum buffer, unused;
 * RMSprop square average, unused) and the number of steps taken. Restoring both and the parameters
 * continues bit for bit.
 */
int32_t ldct_trainer_set_state(ldct_trainer* trainer, const float* moments, int64_t steps);
int32_t ldct_trainer_get_state(ldct_trainer* trainer, float* moments, int64_t* steps);

/*
 * Trains `iterations` minibatches. plan is [iterations][mbs][3]: slice, row, column of the top left
 * corner of a rows x columns window taken from both images. losses [iterations] receives each
 * minibatch's mean squared error before its update. With the same plan, the split into calls does
 * not change a bit of the result.
 */
int32_t ldct_train(ldct_trainer* trainer, const ldct_dataset* dataset, const int32_t* plan,
                   int64_t iterations, int32_t mbs, int32_t rows, int32_t columns, float* losses);

/*
 * Forward and backward of one minibatch given as normalised images [n][rows][columns], without an
 * update: output [n][rows][columns], loss [1], gradients [LDCT_PARAMETER_COUNT].
 */
int32_t ldct_gradients(ldct_trainer* trainer, const float* input, const float* target, int32_t n,
                       int32_t rows, int32_t columns, float* output, float* loss,
                       float* gradients);

/* One training step on normalised images, the update included. loss [1]. */
int32_t ldct_step(ldct_trainer* trainer, const float* input, const float* target, int32_t n,
                  int32_t rows, int32_t columns, float* loss);

/* Forward only: input and output are normalised images [n][rows][columns]. */
int32_t ldct_predict(ldct_trainer* trainer, const float* input, int32_t n, int32_t rows,
                     int32_t columns, float* output);

/*
 * Validation over a plan as in ldct_train. losses [batches]: mean squared error of a batch on the
 * normalised scale. ssim and mse [batches][mbs]: prediction against high dose after denormalising
 * (stored scale, float32) and clipping both to [clip_low, clip_high]; SSIM with
 * data_range = clip_high - clip_low. rows and columns at least 7.
 */
int32_t ldct_evaluate(ldct_trainer* trainer, const ldct_dataset* dataset, const int32_t* plan,
                      int64_t batches, int32_t mbs, int32_t rows, int32_t columns, float clip_low,
                      float clip_high, float* losses, double* ssim, double* mse);

/*
 * Image quality of `count` image pairs [count][rows][columns], both clipped to
 * [clip_low, clip_high] first (no clipping if clip_low > clip_high). ssim [count]: Wang et al. 2004
 * as scikit-image computes it with a 7x7 uniform window, sample covariance, a border of 3 cropped,
 * K1 0.01, K2 0.03 and the given data_range. mse [count]: float32 differences, mean in double.
 * Either of ssim and mse may be NULL; rows and columns at least 7 where ssim is asked for.
 */
int32_t ldct_image_quality(ldct_engine* engine, const float* target, const float* prediction,
                           int64_t count, int32_t rows, int32_t columns, float clip_low,
                           float clip_high, double data_range, double* ssim, double* mse);

#ifdef __cplusplus
}
#endif

#endif
