// What the C functions of ldct.h stand on: one engine a backend. Arguments arrive checked.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "ldct.h"

namespace ldct {

// Carries a status of ldct.h and a message of one line to the caller.
class Error : public std::runtime_error {
 public:
  Error(int32_t status, const std::string& message) : std::runtime_error(message), status_(status) {}
  int32_t status() const { return status_; }

 private:
  int32_t status_;
};

class Dataset {
 public:
  virtual ~Dataset() = default;
  // Bytes of all slices, and of those that lie where the engine computes.
  virtual int64_t bytes() const = 0;
  virtual int64_t resident_bytes() const = 0;
};

// Height and width of every image of a call.
struct Shape {
  int32_t rows;
  int32_t columns;
  constexpr int64_t pixels() const { return int64_t{rows} * columns; }
};

// Minibatches of windows: [batches][mbs][3] = slice, row, column.
struct Plan {
  const int32_t* windows;
  int64_t batches;
  int32_t mbs;
  Shape shape;
};

// Normalised images [n][rows][columns]; target may be null where only the output is wanted.
struct Images {
  const float* input;
  const float* target;
  int32_t n;
  Shape shape;
};

// Bytes that a trainer holds.
struct Memory {
  int64_t model;        // parameters, optimiser state, weights as kernels read them, gradients and their sums
  int64_t activations;  // activations, their gradients and scratch
};

class Trainer {
 public:
  virtual ~Trainer() = default;
  virtual Memory memory() const = 0;
  virtual void set_parameters(const float* parameters) = 0;
  virtual void get_parameters(float* parameters) = 0;
  virtual void set_state(const float* moments, int64_t steps) = 0;
  virtual void get_state(float* moments, int64_t* steps) = 0;
  virtual void train(const Dataset& dataset, const Plan& plan, float* losses) = 0;
  virtual void gradients(const Images& images, float* output, float* loss, float* gradients) = 0;
  virtual void step(const Images& images, float* loss) = 0;
  virtual void predict(const Images& images, float* output) = 0;
  virtual void evaluate(const Dataset& dataset, const Plan& plan, float clip_low, float clip_high,
                        float* losses, double* ssim, double* mse) = 0;
};

// Image pairs [count][rows][columns] to be compared.
struct ImagePairs {
  const float* target;
  const float* prediction;
  int64_t count;
  Shape shape;
  float clip_low, clip_high;
  double data_range;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::unique_ptr<Dataset> open_dataset(const char* path, const int64_t* slices, int64_t count) = 0;
  virtual std::unique_ptr<Trainer> create_trainer(const ldct_trainer_options& options) = 0;
  virtual void image_quality(const ImagePairs& pairs, double* ssim, double* mse) = 0;
  // GFLOP/s of all threads.
  virtual double measure_peak(int32_t precision) = 0;
  // Milliseconds for SSIM of all pairs, which lie in the engine's memory before the time is taken.
  virtual double measure_ssim(const ImagePairs& pairs, int32_t runs) = 0;
};

}  // namespace ldct
