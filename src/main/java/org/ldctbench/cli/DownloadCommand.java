package org.ldctbench.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.download.Downloader;
import org.ldctbench.download.Manifest;
import org.ldctbench.download.Retry;
import org.ldctbench.download.TciaService;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ldctbench download-data}. */
@Command(
    name = "download-data",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Download the LDCT data set from The Cancer Imaging Archive (TCIA).",
      "Series that are there already are skipped, so a stopped download goes on when run again."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ldctbench download-data --manifest manifest.tcia --username me --password secret",
      "  LDCTBENCH_TCIA_PASSWORD=secret ldctbench download-data --username me --savedir /data/ldct"
    })
public final class DownloadCommand implements Callable<Integer> {
  static final String PASSWORD_VARIABLE = "LDCTBENCH_TCIA_PASSWORD";

  private final TciaService.Addresses addresses;
  private final Retry retry;
  @Spec private CommandSpec spec;

  @Option(
      names = "--manifest",
      defaultValue = "",
      paramLabel = "FILE",
      description = "Manifest (.tcia) with the series to download (default: assets/manifest.tcia).")
  private String manifest;

  @Option(
      names = "--savedir",
      defaultValue = "ldct-data",
      paramLabel = "DIR",
      description = "Data folder (default: ${DEFAULT-VALUE}).")
  private Path folder;

  @Option(
      names = "--username",
      defaultValue = "",
      description = "Account at TCIA with access to LDCT-and-Projection-data.")
  private String username;

  @Option(
      names = "--password",
      defaultValue = "${env:" + PASSWORD_VARIABLE + ":-}",
      showDefaultValue = Visibility.NEVER,
      description = "Its password (better: the environment variable " + PASSWORD_VARIABLE + ").")
  private String password;

  @Mixin private OutputOptions output;

  public DownloadCommand() {
    this(TciaService.Addresses.PUBLIC, Retry.USUAL);
  }

  DownloadCommand(TciaService.Addresses addresses, Retry retry) {
    this.addresses = addresses;
    this.retry = retry;
  }

  @Override
  public Integer call() {
    if (username.isEmpty() || password.isEmpty()) {
      throw new UserException(
          ExitCode.USAGE,
          "a TCIA account is needed: give --username, and --password or " + PASSWORD_VARIABLE);
    }
    List<String> uids = Manifest.read(manifest());
    TciaService service = new TciaService(addresses, retry, username, password);
    Downloader.Result result = new Downloader(service, folder).run(uids, output.progress());
    PrintWriter report = spec.commandLine().getOut();
    report.printf(
        "%s: %d series downloaded, %d there already, %d failed%n",
        folder, result.downloaded(), result.skipped(), result.failures().size());
    report.flush();
    PrintWriter errors = spec.commandLine().getErr();
    result.failures().forEach(errors::println);
    errors.flush();
    return (result.failures().isEmpty() ? ExitCode.OK : ExitCode.DATA).code();
  }

  private Path manifest() {
    Path file = Path.of(manifest.isEmpty() ? "assets/manifest.tcia" : manifest);
    if (!Files.isRegularFile(file)) {
      throw new UserException(
          ExitCode.USAGE,
          "no manifest "
              + file
              + "; get one from TCIA's page of the collection LDCT-and-Projection-data and give it"
              + " with --manifest");
    }
    return file;
  }
}
