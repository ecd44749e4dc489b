package org.ldctbench.binding;

import java.util.function.ToIntFunction;
import org.ldctbench.binding.nativelib.Ldct;
import org.ldctbench.binding.nativelib.ldct_dataset;
import org.ldctbench.binding.nativelib.ldct_engine;
import org.ldctbench.binding.nativelib.ldct_trainer;
import org.ldctbench.binding.nativelib.ldct_trainer_options;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.ImageQuality;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.Trainer;
import org.ldctbench.engine.Validation;

/** A network with its optimiser state in native memory. */
final class NativeTrainer implements Trainer {
  private final Handle<ldct_trainer> handle;

  NativeTrainer(
      ldct_engine engine,
      Optimizer optimizer,
      Precision precision,
      PixelScale scale,
      Kernels kernels) {
    ldct_trainer trainer = new ldct_trainer();
    try (ldct_trainer_options options = new ldct_trainer_options()) {
      options.precision(code(precision)).optimizer(code(optimizer.kind())).lr(optimizer.lr());
      options.beta1(optimizer.beta1()).beta2(optimizer.beta2());
      options.momentum(optimizer.momentum()).dampening(optimizer.dampening());
      options.offset(scale.offset()).scale(scale.scale()).kernels(code(kernels));
      Status.check(Ldct.ldct_trainer_create(engine, options, trainer));
    }
    handle = new Handle<>("trainer", trainer, Ldct::ldct_trainer_close);
  }

  static int code(Precision precision) {
    return switch (precision) {
      case FP32 -> Ldct.LDCT_FP32;
      case BF16 -> Ldct.LDCT_BF16;
      case BF16X3 -> Ldct.LDCT_BF16X3;
      case TF32 -> Ldct.LDCT_TF32;
    };
  }

  private static int code(Kernels kernels) {
    return switch (kernels) {
      case TUNED -> Ldct.LDCT_KERNELS_TUNED;
      case CUDNN -> Ldct.LDCT_KERNELS_CUDNN;
    };
  }

  private static int code(Optimizer.Kind kind) {
    return switch (kind) {
      case ADAM -> Ldct.LDCT_ADAM;
      case SGD -> Ldct.LDCT_SGD;
      case RMSPROP -> Ldct.LDCT_RMSPROP;
    };
  }

  private void checked(ToIntFunction<ldct_trainer> body) {
    handle.call(
        trainer -> {
          Status.check(body.applyAsInt(trainer));
          return null;
        });
  }

  private void checked(Dataset dataset, DatasetCall body) {
    if (!(dataset instanceof NativeDataset slices)) {
      throw new EngineException(
          EngineException.Cause.INVALID_ARGUMENT, "the dataset belongs to another engine");
    }
    slices.call(
        opened -> {
          checked(trainer -> body.status(trainer, opened));
          return null;
        });
  }

  private interface DatasetCall {
    int status(ldct_trainer trainer, ldct_dataset dataset);
  }

  @Override
  public float[] parameters() {
    float[] parameters = new float[PARAMETER_COUNT];
    checked(trainer -> Ldct.ldct_trainer_get_parameters(trainer, parameters));
    return parameters;
  }

  @Override
  public void setParameters(float[] parameters) {
    Require.length("the parameter vector", parameters.length, PARAMETER_COUNT);
    checked(trainer -> Ldct.ldct_trainer_set_parameters(trainer, parameters));
  }

  @Override
  public State state() {
    float[] moments = new float[2 * PARAMETER_COUNT];
    long[] steps = new long[1];
    checked(trainer -> Ldct.ldct_trainer_get_state(trainer, moments, steps));
    return new State(moments, steps[0]);
  }

  @Override
  public void setState(State state) {
    Require.length("the optimiser state", state.moments().length, 2 * PARAMETER_COUNT);
    checked(trainer -> Ldct.ldct_trainer_set_state(trainer, state.moments(), state.steps()));
  }

  @Override
  public Memory memory() {
    long[] model = new long[1];
    long[] activations = new long[1];
    checked(trainer -> Ldct.ldct_trainer_memory(trainer, model, activations));
    return new Memory(model[0], activations[0]);
  }

  @Override
  public float[] train(Dataset dataset, PatchPlan plan) {
    int iterations = plan.minibatches();
    float[] losses = new float[iterations];
    if (iterations > 0) {
      checked(
          dataset,
          (trainer, slices) ->
              Ldct.ldct_train(
                  trainer,
                  slices,
                  plan.windows(),
                  iterations,
                  plan.mbs(),
                  plan.rows(),
                  plan.columns(),
                  losses));
    }
    return losses;
  }

  @Override
  public Validation evaluate(Dataset dataset, PatchPlan plan, Engine.Clip clip) {
    int batches = plan.minibatches();
    float[] losses = new float[batches];
    double[] ssim = new double[batches * plan.mbs()];
    double[] mse = new double[batches * plan.mbs()];
    if (batches > 0) {
      checked(
          dataset,
          (trainer, slices) ->
              Ldct.ldct_evaluate(
                  trainer,
                  slices,
                  plan.windows(),
                  batches,
                  plan.mbs(),
                  plan.rows(),
                  plan.columns(),
                  clip.low(),
                  clip.high(),
                  losses,
                  ssim,
                  mse));
    }
    return new Validation(losses, new ImageQuality(ssim, mse));
  }

  @Override
  public Gradients gradients(float[] input, float[] target, int n, int rows, int columns) {
    int length = Require.images(n, rows, columns);
    Require.length("the input", input.length, length);
    Require.length("the target", target.length, length);
    float[] output = new float[length];
    float[] loss = new float[1];
    float[] gradients = new float[PARAMETER_COUNT];
    checked(
        trainer ->
            Ldct.ldct_gradients(trainer, input, target, n, rows, columns, output, loss, gradients));
    return new Gradients(output, loss[0], gradients);
  }

  @Override
  public float step(float[] input, float[] target, int n, int rows, int columns) {
    int length = Require.images(n, rows, columns);
    Require.length("the input", input.length, length);
    Require.length("the target", target.length, length);
    float[] loss = new float[1];
    checked(trainer -> Ldct.ldct_step(trainer, input, target, n, rows, columns, loss));
    return loss[0];
  }

  @Override
  public float[] predict(float[] input, int n, int rows, int columns) {
    int length = Require.images(n, rows, columns);
    Require.length("the input", input.length, length);
    float[] output = new float[length];
    checked(trainer -> Ldct.ldct_predict(trainer, input, n, rows, columns, output));
    return output;
  }

  @Override
  public void close() {
    handle.close();
  }
}
