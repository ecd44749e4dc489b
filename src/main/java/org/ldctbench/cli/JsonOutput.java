package org.ldctbench.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command about sweeps accepts about its output, and how it prints JSON. */
final class JsonOutput {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  @Mixin OutputOptions output;

  /** One line on standard output. */
  static void print(Object value) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println(JSON.writeValueAsString(value));
  }
}
