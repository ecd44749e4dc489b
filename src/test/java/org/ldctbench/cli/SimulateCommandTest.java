package org.ldctbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.YamlFile;
import org.ldctbench.dicom.CtImage;
import org.ldctbench.dicom.CtSlice;
import org.ldctbench.dicom.DicomReader;
import org.ldctbench.dicom.DicomWriter;
import picocli.CommandLine;

class SimulateCommandTest {
  private static final int SIZE = 64;

  private final StringWriter out = new StringWriter();
  private UserException problem;

  @TempDir private Path temporary;

  @Test
  void phantomsOfOneAnatomy() {
    int code =
        execute(
            "--out",
            folder("set"),
            "--anatomy",
            "L",
            "--slices",
            "2",
            "--size",
            "64",
            "--patients",
            "train=2,val=1,test=1");
    assertEquals(0, code);
    assertTrue(out.toString().contains("made, 4 patients, 8 pairs of slices"), out.toString());
    assertEquals(2, split("train_set").size());
    assertEquals(
        0,
        execute(
            "--out",
            folder("set"),
            "--anatomy",
            "L",
            "--slices",
            "2",
            "--size",
            "64",
            "--patients",
            "train=2,val=1,test=1"));
    assertTrue(out.toString().contains("left as it is"), out.toString());
  }

  @Test
  void realSlicesKeepTheirFullDoseValuesAndGetLowDosePartners() throws IOException {
    Path source = Files.createDirectories(temporary.resolve("source"));
    for (String patient : List.of("P1", "P2", "P3", "P4")) {
      write(source.resolve(patient + "-1.dcm"), patient, SIZE, SIZE);
      write(source.resolve(patient + "-2.dcm"), patient, SIZE, SIZE);
    }
    int code = execute("--from-dicom", source.toString(), "--out", folder("set"), "--repeats", "2");
    assertEquals(0, code);
    assertEquals(2, split("train_set").size());
    assertEquals(1, split("val_set").size());
    Map<?, ?> patient = (Map<?, ?>) split("train_set").get(0);
    assertEquals("C001", patient.get("id"));
    assertEquals(4, patient.get("n_slices"));
    CtSlice original = DicomReader.read(source.resolve("P1-1.dcm"));
    CtSlice full = slice(patient, "target", 1);
    CtSlice low = slice(patient, "input", 1);
    CtSlice again = slice(patient, "input", 2);
    assertTrue(Arrays.equals(original.pixels(), full.pixels()));
    assertTrue(Arrays.equals(original.pixels(), slice(patient, "target", 2).pixels()));
    assertFalse(Arrays.equals(low.pixels(), full.pixels()));
    assertFalse(Arrays.equals(low.pixels(), again.pixels()));
  }

  @ParameterizedTest
  @CsvSource({
    "--dose=0",
    "--dose=1.5",
    "--dose=NaN",
    "--size=32",
    "--size=4096",
    "--slices=0",
    "--repeats=0",
    "--threads=0",
    "--photons=0",
    "'--anatomy=C,C'",
    "'--patients=train=1,val=1'"
  })
  void badValuesAreRefusedBeforeAnythingIsWritten(String option) {
    assertEquals(ExitCode.USAGE.code(), execute(option, "--out", folder("set")));
    assertFalse(problem.getMessage().contains("\n"), problem.getMessage());
    assertFalse(Files.exists(temporary.resolve("set")));
  }

  @Test
  void aSourceWithoutSlicesIsNamed() throws IOException {
    Path source = Files.createDirectories(temporary.resolve("empty"));
    assertEquals(
        ExitCode.DATA.code(), execute("--from-dicom", source.toString(), "--out", folder("set")));
    assertTrue(problem.getMessage().contains(source.toString()));
    assertEquals(
        ExitCode.DATA.code(), execute("--from-dicom", folder("no"), "--out", folder("set")));
  }

  @Test
  void twoPatientsAreTooFewForThreeSplits() throws IOException {
    Path source = Files.createDirectories(temporary.resolve("source"));
    write(source.resolve("P1-1.dcm"), "P1", SIZE, SIZE);
    write(source.resolve("P2-1.dcm"), "P2", SIZE, SIZE);
    assertEquals(
        ExitCode.DATA.code(), execute("--from-dicom", source.toString(), "--out", folder("set")));
    write(source.resolve("P3-1.dcm"), "P3", SIZE, SIZE);
    assertEquals(
        ExitCode.DATA.code(),
        execute(
            "--from-dicom",
            source.toString(),
            "--out",
            folder("set"),
            "--patients",
            "train=4,val=1,test=1"));
  }

  @ParameterizedTest
  @CsvSource({"64, 80", "96, 96"})
  void slicesThatAreNotSquareOrNotLikeTheOthersAreNamed(int rows, int columns) throws IOException {
    Path source = Files.createDirectories(temporary.resolve("source"));
    write(source.resolve("P1-1.dcm"), "P1", SIZE, SIZE);
    write(source.resolve("P2-1.dcm"), "P2", rows, columns);
    assertEquals(
        ExitCode.DATA.code(), execute("--from-dicom", source.toString(), "--out", folder("set")));
    assertTrue(problem.getMessage().contains("P2-1.dcm"), problem.getMessage());
  }

  @Test
  void aFileInTheWayIsAnOutputError() throws IOException {
    Files.writeString(temporary.resolve("file"), "");
    assertEquals(ExitCode.OUTPUT.code(), execute("--out", folder("file/set")));
    assertEquals(ExitCode.OUTPUT.code(), execute("--out", folder("file")));
  }

  private int execute(String... args) {
    return new CommandLine(new SimulateCommand())
        .setOut(new PrintWriter(out, true))
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> {
              problem = (UserException) exception;
              return problem.code().code();
            })
        .execute(args);
  }

  private String folder(String name) {
    return temporary.resolve(name).toString();
  }

  private List<?> split(String name) {
    return (List<?>) YamlFile.read(temporary.resolve("set/info.yml")).values().get(name);
  }

  private CtSlice slice(Map<?, ?> patient, String series, int number) {
    String folder = (String) patient.get(series);
    return DicomReader.read(
        temporary.resolve("set").resolve(folder).resolve("1-" + number + ".dcm"));
  }

  private static void write(Path file, String patient, int rows, int columns) throws IOException {
    short[] pixels = new short[rows * columns];
    for (int i = 0; i < pixels.length; i++) {
      boolean inside = Math.hypot(i % columns - columns / 2.0, i / columns - rows / 2.0) < 25;
      pixels[i] = (short) (inside ? 1024 + i % 50 : 24);
    }
    CtImage image =
        new CtImage(
            new CtImage.Study(patient, LocalDate.of(2022, 1, 1), "test", "2.25.2", "2.25.3"),
            "2.25.4",
            "Full Dose Images",
            true,
            "2.25.5",
            1,
            rows,
            columns,
            5,
            5,
            0,
            new CtImage.Window(40, 400),
            pixels);
    try (OutputStream out = Files.newOutputStream(file)) {
      DicomWriter.write(out, image);
    }
  }
}
