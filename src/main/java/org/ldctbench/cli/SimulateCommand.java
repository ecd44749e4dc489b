package org.ldctbench.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.simulate.Anatomy;
import org.ldctbench.simulate.Simulation;
import org.ldctbench.simulate.SimulationSettings;
import org.ldctbench.simulate.SplitSizes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ldctbench simulate}. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Make a low-dose CT data set from phantoms or from full-dose CT slices.",
      "Folders and info.yml are those of the LDCT collection; the noise follows the physics of a scan."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ldctbench simulate --out my-set",
      "  ldctbench simulate --anatomy C,L --patients train=8,val=2,test=2 --slices 20 --out big-set",
      "  ldctbench simulate --from-dicom ct-slices --dose 0.25 --out low-dose-set",
      "  ldctbench-train ... --datafolder my-set --info my-set/info.yml"
    })
public final class SimulateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "New folder for the data set.")
  private Path out;

  @Option(
      names = "--from-dicom",
      paramLabel = "DIR",
      description =
          "Full-dose CT slices (*.dcm, subfolders included) to take instead of phantoms; their"
              + " PatientID tells patients apart.")
  private Path source;

  @Option(
      names = "--dose",
      defaultValue = "0.25",
      description = "Fraction of the full dose, above 0 and at most 1 (default: ${DEFAULT-VALUE}).")
  private double dose;

  @Option(
      names = "--anatomy",
      split = ",",
      paramLabel = "C|L|N",
      description =
          "Chest, abdomen (liver), head (neuro): default all of them for phantoms, C for"
              + " --from-dicom.")
  private List<Anatomy> anatomies;

  @Option(
      names = "--patients",
      paramLabel = "train=N,val=N,test=N",
      description =
          "Patients of each split, for each anatomy (default: train=2,val=1,test=1; with"
              + " --from-dicom all, about 70, 20 and 10 %%).")
  private String patients;

  @Option(
      names = "--slices",
      description = "Slices of each patient (default: 6; with --from-dicom all).")
  private Integer slices;

  @Option(
      names = "--size",
      defaultValue = "512",
      description = "Rows and columns of a phantom slice, 64..1024 (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--repeats",
      description =
          "Independent low-dose scans of each slice (default: 1; with --from-dicom 4, so that a few"
              + " scans make a set that validation can judge by).")
  private Integer repeats;

  @Option(
      names = "--photons",
      description =
          "Photons per detector bin and view through air at full dose (default: by anatomy).")
  private Double photons;

  @Option(
      names = "--seed",
      defaultValue = "1332",
      description = "Same seed, same files (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--threads", description = "Threads (default: one per processor).")
  private Integer threads;

  @Option(names = "--force", description = "Replace a simulated set of other settings.")
  private boolean force;

  @Mixin private OutputOptions output;

  @Override
  public Integer call() {
    Simulation.Result result =
        Simulation.make(settings(), out, threads(), force, output.progress());
    PrintWriter report = spec.commandLine().getOut();
    report.printf(
        "%s: %s, %d patients, %d pairs of slices%n",
        result.folder(),
        result.made() ? "made" : "there already, left as it is",
        result.patients(),
        result.imagePairs());
    report.printf(
        "Train on it with --datafolder %s --info %s%n",
        result.folder(), result.folder().resolve("info.yml"));
    report.flush();
    return ExitCode.OK.code();
  }

  private SimulationSettings settings() {
    boolean phantoms = source == null;
    SplitSizes splits = phantoms ? new SplitSizes(2, 1, 1) : null;
    List<Anatomy> regions = phantoms ? List.of(Anatomy.values()) : List.of(Anatomy.C);
    return new SimulationSettings(
        source,
        anatomies == null ? regions : anatomies,
        patients == null ? splits : SplitSizes.parse(patients),
        slices == null && phantoms ? Integer.valueOf(6) : slices,
        size,
        dose,
        photons,
        repeats(),
        seed);
  }

  private int repeats() {
    if (repeats != null) {
      return repeats;
    }
    return source == null ? 1 : 4;
  }

  private int threads() {
    int wanted = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    if (wanted < 1 || wanted > 1024) {
      throw new UserException(ExitCode.USAGE, "threads " + wanted + " is not in 1..1024");
    }
    return wanted;
  }
}
