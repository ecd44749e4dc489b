package org.ldctbench.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.data.EpochPlan;
import org.ldctbench.engine.ImageQuality;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.Trainer;
import org.ldctbench.engine.Validation;
import org.ldctbench.metrics.EpochRecord;
import org.ldctbench.metrics.QualityMean;
import org.ldctbench.runlog.RunFolder;
import org.ldctbench.train.TrainingResult.State;
import org.ldctbench.wandb.run.WandbImages;

/** Epochs of training and validation, from wherever a run stands to its end. */
final class TrainingLoop {
  /** An epoch can take an hour; this much is lost at most when the process is killed. */
  private static final long SAVE_EVERY_NANOS = 30_000_000_000L;

  private final Trainer trainer;
  private final Samples samples;
  private final TrainArguments arguments;
  private final RunTracking tracking;
  private final RunFolder folder;
  private final RunRecord record;
  private final String engine;
  private final CallSize trainCalls = new CallSize(System::nanoTime);
  private final CallSize evaluateCalls = new CallSize(System::nanoTime);

  private final List<EpochRecord> epochs = new ArrayList<>();
  private int inEpoch;
  private double lossSum;
  private long lastSave = System.nanoTime();
  private boolean imagesFail;

  TrainingLoop(
      Trainer trainer,
      String engine,
      Samples samples,
      TrainArguments arguments,
      RunTracking tracking,
      RunFolder folder,
      RunRecord record) {
    this.trainer = trainer;
    this.engine = engine;
    this.samples = samples;
    this.arguments = arguments;
    this.tracking = tracking;
    this.folder = folder;
    this.record = record;
  }

  /** Continues from here instead of from the initial weights. */
  void restore(ResumeState state) {
    trainer.setParameters(state.parameters());
    trainer.setState(state.optimizer());
    epochs.addAll(state.epochs());
    inEpoch = state.inEpoch();
    lossSum = state.lossSum();
  }

  TrainingResult run() {
    record.rewind(epochs);
    epochs.forEach(epoch -> tracking.row(epoch, Map.of())); // What the record missed.
    State end = State.FINISHED;
    long wanted = arguments.effectiveIterations() / arguments.iterationsBeforeVal();
    while (epochs.size() < wanted && end == State.FINISHED) {
      end = epoch();
    }
    record.plots(epochs);
    int best = BestEpoch.of(epochs);
    return new TrainingResult(
        folder.path(),
        folder.name(),
        folder.id(),
        iteration(),
        best < 0 ? Double.NaN : epochs.get(best).ssim(),
        best < 0 ? 0 : epochs.get(best).iteration(),
        epochs.isEmpty() ? Map.of() : epochs.get(epochs.size() - 1).byName(),
        end);
  }

  private long iteration() {
    return (long) epochs.size() * arguments.iterationsBeforeVal() + inEpoch;
  }

  /** FINISHED if the run may go on. */
  private State epoch() {
    EpochPlan plans = samples.epoch(epochs.size());
    PatchPlan plan = plans.train();
    while (inEpoch < plan.minibatches()) {
      if (tracking.stopRequested()) {
        return stopped();
      }
      if (!train(plan)) {
        return State.DIVERGED;
      }
    }
    PatchPlan validation = plans.validation();
    Validation result = evaluate(validation);
    if (result == null) {
      return stopped();
    }
    QualityMean quality = QualityMean.of(result.quality(), validation.mbs());
    double valLoss = 0;
    for (float loss : result.losses()) {
      valLoss += loss;
    }
    EpochRecord done =
        new EpochRecord(
            iteration(),
            lossSum / plan.minibatches(),
            valLoss / validation.minibatches(),
            quality.ssim(),
            quality.psnr(),
            quality.rmse());
    epochs.add(done);
    inEpoch = 0;
    lossSum = 0;
    record.epoch(epochs, trainer.parameters());
    tracking.row(done, saveImages(validation));
    saveState();
    tracking.epoch(done.iteration(), done.byName());
    return State.FINISHED;
  }

  /** Some minibatches in one native call; false if a loss is not finite. */
  private boolean train(PatchPlan plan) {
    int count = trainCalls.begin(plan.minibatches() - inEpoch);
    float[] losses = trainer.train(samples.dataset(), plan.slice(inEpoch, inEpoch + count));
    trainCalls.end(count);
    double sum = 0;
    for (float loss : losses) {
      inEpoch++;
      if (!Float.isFinite(loss)) {
        tracking.warning(
            "training diverged: the loss of iteration "
                + iteration()
                + " is "
                + (Float.isNaN(loss) ? "not a number" : "infinite")
                + "; a smaller lr may help");
        return false;
      }
      sum += loss;
      lossSum += loss;
    }
    tracking.progress(iteration(), arguments.effectiveIterations(), count, sum / count);
    if (System.nanoTime() - lastSave > SAVE_EVERY_NANOS) {
      saveState();
    }
    return true;
  }

  /** Null if a stop was requested before the end. */
  private Validation evaluate(PatchPlan plan) {
    int batches = plan.minibatches();
    float[] losses = new float[batches];
    double[] ssim = new double[batches * plan.mbs()];
    double[] mse = new double[batches * plan.mbs()];
    for (int from = 0; from < batches; ) {
      if (tracking.stopRequested()) {
        return null;
      }
      int count = evaluateCalls.begin(batches - from);
      Validation part =
          trainer.evaluate(samples.dataset(), plan.slice(from, from + count), QualityMean.CLIP);
      evaluateCalls.end(count);
      System.arraycopy(part.losses(), 0, losses, from, count);
      int images = count * plan.mbs();
      System.arraycopy(part.quality().ssim(), 0, ssim, from * plan.mbs(), images);
      System.arraycopy(part.quality().mse(), 0, mse, from * plan.mbs(), images);
      from += count;
    }
    return new Validation(losses, new ImageQuality(ssim, mse));
  }

  private Map<String, WandbImages> saveImages(PatchPlan plan) {
    if (imagesFail) {
      return Map.of();
    }
    try {
      long iteration = epochs.get(epochs.size() - 1).iteration();
      return ValidationImages.save(
          folder.files(), iteration, samples, trainer, plan, arguments.valsamples());
    } catch (IOException | LinkageError e) {
      imagesFail = true;
      tracking.warning("no images are saved: " + e);
      return Map.of();
    }
  }

  private State stopped() {
    saveState();
    return State.STOPPED;
  }

  private void saveState() {
    record.state(
        new ResumeState(
            arguments.toYaml(),
            engine,
            inEpoch,
            lossSum,
            epochs,
            trainer.parameters(),
            trainer.state()));
    lastSave = System.nanoTime();
  }
}
