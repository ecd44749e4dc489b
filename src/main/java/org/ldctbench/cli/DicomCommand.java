package org.ldctbench.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.dicom.CtSlice;
import org.ldctbench.dicom.DicomReader;
import org.ldctbench.npy.Npy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ldctbench dicom}: what the reader makes of a DICOM file. */
@Command(
    name = "dicom",
    mixinStandardHelpOptions = true,
    description = "Look into DICOM files.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = DicomCommand.Dump.class)
public final class DicomCommand {

  /** {@code ldctbench dicom dump}. */
  @Command(
      name = "dump",
      mixinStandardHelpOptions = true,
      description = {
        "Show the facts of a CT slice, or write its stored values.",
        "Stored values are those of the file: the rescale slope and intercept are not applied."
      },
      footer = {
        "",
        "Examples:",
        "  ldctbench dicom dump 1-001.dcm",
        "  ldctbench dicom dump 1-001.dcm --npy 1-001.npy"
      })
  static final class Dump implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "DICOM file of one CT slice.")
    Path file;

    @Option(
        names = "--npy",
        paramLabel = "OUT.npy",
        description = "Write the stored values as a NumPy array, int16 or uint16 [rows, columns].")
    Path npy;

    @Option(names = "--json", description = "Show the facts as one JSON object.")
    boolean json;

    @Mixin OutputOptions output;

    @Spec CommandSpec spec;

    @Override
    public Integer call() {
      CtSlice slice = DicomReader.read(file);
      if (npy != null) {
        write(slice);
      }
      if (json || npy == null) {
        PrintWriter out = spec.commandLine().getOut();
        ObjectNode facts = facts(slice);
        if (json) {
          out.println(facts);
        } else {
          facts
              .properties()
              .forEach(fact -> out.printf("%-18s %s%n", fact.getKey(), fact.getValue().asText()));
        }
        out.flush();
      }
      return ExitCode.OK.code();
    }

    private void write(CtSlice slice) {
      try {
        Npy.write(npy, slice.pixels(), !slice.signed(), slice.rows(), slice.columns());
      } catch (IOException e) {
        throw new UserException(
            ExitCode.OUTPUT, npy + ": cannot be written (" + e.getMessage() + ")", e);
      }
    }

    private static ObjectNode facts(CtSlice slice) {
      ObjectNode facts = new ObjectMapper().createObjectNode();
      facts.put("patient_id", slice.patientId());
      facts.put("rows", slice.rows());
      facts.put("columns", slice.columns());
      facts.put("bits_stored", slice.bitsStored());
      facts.put("signed", slice.signed());
      facts.put("rescale_slope", slice.rescaleSlope());
      facts.put("rescale_intercept", slice.rescaleIntercept());
      facts.put("pixel_padding", slice.pixelPadding());
      facts.put("minimum", stored(slice).min().getAsInt());
      facts.put("maximum", stored(slice).max().getAsInt());
      return facts;
    }

    private static IntStream stored(CtSlice slice) {
      return IntStream.range(0, slice.pixels().length).map(slice::stored);
    }
  }
}
