package org.ldctbench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Progress;
import org.ldctbench.common.UserException;
import org.ldctbench.data.DataFolder;
import org.ldctbench.data.Normalization;
import org.ldctbench.data.SliceCache;
import org.ldctbench.data.Split;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.evaluate.Denoiser;
import org.ldctbench.evaluate.Evaluation;
import org.ldctbench.evaluate.TestMetric;
import org.ldctbench.evaluate.TestResults;
import org.ldctbench.evaluate.TestTable;
import org.ldctbench.evaluate.TrainedDenoiser;
import org.ldctbench.train.DataSource;
import org.ldctbench.train.TrainedRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ldctbench test}: trained runs on the test split. */
@Command(
    name = "test",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Evaluate trained runs on the test split.",
      "Writes test_metrics.yaml and the volumes to the results folder, as the original does."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ldctbench-test --methods offline-run-20261123_120000-abcd1234 --print_table",
      "  ldctbench-test --methods RUN1 RUN2 --metrics SSIM RMSE --datafolder /data/ldct"
    })
public final class TestCommand implements Callable<Integer> {
  private static final Set<String> PUBLISHED =
      Set.of("cnn10", "redcnn", "wganvgg", "resnet", "qae", "dugan", "transct", "bilateral");

  @Option(
      names = "--methods",
      required = true,
      arity = "1..*",
      paramLabel = "RUN",
      description = "Run folders, or their names below ./wandb (with or without prefix).")
  private List<String> methods;

  @Option(
      names = "--metrics",
      arity = "1..*",
      description = "SSIM, PSNR, RMSE (default: SSIM PSNR RMSE).")
  private List<String> metrics = List.of("SSIM", "PSNR", "RMSE");

  @Option(
      names = "--datafolder",
      defaultValue = "",
      description =
          "Data set (default: LDCTBENCH_DATAFOLDER, else the one that the first run used).")
  private String dataFolder;

  @Option(
      names = "--info",
      description = "Another split than that of the data folder or the published one.")
  private String info;

  @Option(
      names = "--data_norm",
      defaultValue = "meanstd",
      description = "meanstd or minmax (default: ${DEFAULT-VALUE}).")
  private String norm;

  @Option(
      names = "--results_dir",
      defaultValue = "./results/",
      description = "Where results go (default: ${DEFAULT-VALUE}).")
  private Path resultsFolder;

  @Option(names = "--print_table", description = "Print the table of means.")
  private boolean printTable;

  @Option(names = "--json", description = "Print the means as one JSON object.")
  private boolean json;

  @Mixin private EngineOptions engineOptions;

  @Mixin private OutputOptions output;

  @Override
  public Integer call() throws JsonProcessingException {
    List<TestMetric> wanted = metrics.stream().map(TestMetric::named).distinct().toList();
    List<TrainedRun> runs = methods.stream().distinct().map(TestCommand::load).toList();
    Progress.Factory progress = output.progress();
    DataSource source = source(runs.get(0), progress);
    PixelScale scale = Normalization.named(norm).scale(source.info());
    try (Engine engine = engineOptions.open();
        SliceCache cache =
            SliceCache.open(
                source.info(),
                source.folder(),
                EnumSet.of(Split.TEST),
                SliceCache.defaultFolder(System.getenv()),
                engineOptions.threads(),
                progress)) {
      List<TrainedDenoiser> networks = new ArrayList<>();
      try {
        for (TrainedRun run : runs) {
          networks.add(new TrainedDenoiser(engine, engineOptions.precision(), scale, run));
        }
        TestResults results =
            new Evaluation(engine, scale, wanted, resultsFolder)
                .run(source.info(), cache, networks, progress);
        report(results, wanted, networks);
      } finally {
        networks.forEach(TrainedDenoiser::close);
      }
    }
    return ExitCode.OK.code();
  }

  private void report(
      TestResults results, List<TestMetric> wanted, List<? extends Denoiser> networks)
      throws JsonProcessingException {
    List<String> rows = new ArrayList<>(List.of(Denoiser.LOW_DOSE.name()));
    networks.forEach(network -> rows.add(network.name()));
    TestTable table = new TestTable(results, wanted, rows);
    if (json) {
      System.out.println(new ObjectMapper().writeValueAsString(table.means()));
    } else if (printTable) {
      System.out.print(table.markdown());
    }
    System.err.println("Results are in " + resultsFolder.resolve("test_metrics.yaml"));
  }

  private DataSource source(TrainedRun first, Progress.Factory progress) {
    Map<String, String> environment = System.getenv();
    String folder = dataFolder;
    String split = info;
    if (folder.isEmpty() && environment.getOrDefault(DataFolder.VARIABLE, "").isEmpty()) {
      folder = first.arguments().dataFolder();
      if (split == null) {
        split = first.arguments().info().orElse(null);
      }
      System.err.println("Using the data folder that the run was trained on: " + folder);
    }
    return DataSource.of(
        folder, Optional.ofNullable(split), environment, progress, System.err::println);
  }

  private static TrainedRun load(String method) {
    if (PUBLISHED.contains(method)) {
      throw new UserException(
          ExitCode.USAGE,
          "--methods " + method + ": published models are not supported yet; name a run of yours");
    }
    return TrainedRun.load(method, System.getenv());
  }
}
