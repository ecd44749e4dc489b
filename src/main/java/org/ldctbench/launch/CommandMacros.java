package org.ldctbench.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns a sweep's {@code command} into the words of a command line. A word that is exactly one
 * macro becomes any number of words; an unknown macro none; {@code ${envvar:NAME}} is replaced
 * anywhere.
 */
final class CommandMacros {
  private static final Pattern MACRO = Pattern.compile("\\$\\{([a-z_]+)\\}");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{envvar:([A-Z0-9_]+)\\}");

  private final String program;
  private final Map<String, Object> arguments;
  private final String jsonFile;
  private final Map<String, String> environment;

  /**
   * @param jsonFile path that {@code ${args_json_file}} stands for
   */
  CommandMacros(
      String program,
      Map<String, Object> arguments,
      String jsonFile,
      Map<String, String> environment) {
    this.program = program;
    this.arguments = arguments;
    this.jsonFile = jsonFile;
    this.environment = environment;
  }

  static boolean wantsJsonFile(List<String> command) {
    return command.contains("${args_json_file}");
  }

  List<String> expand(List<String> command) {
    List<String> words = new ArrayList<>();
    for (String element : command) {
      Matcher macro = MACRO.matcher(element);
      if (macro.matches()) {
        words.addAll(words(macro.group(1)));
      } else {
        words.add(variables(element));
      }
    }
    return words;
  }

  private String variables(String element) {
    return VARIABLE
        .matcher(element)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(environment.getOrDefault(match.group(1), match.group(1))));
  }

  private List<String> words(String macro) {
    return switch (macro) {
      case "env" -> List.of("/usr/bin/env");
      case "interpreter" -> List.of("python");
      case "program" -> List.of(program);
      case "args" -> pairs("--", "=");
      case "args_no_boolean_flags" -> flags();
      case "args_no_hyphens" -> pairs("", "=");
      case "args_no_equals" -> separate();
      case "args_append_hydra" -> pairs("+", "=");
      case "args_override_hydra" -> pairs("++", "=");
      case "args_json" -> List.of(PythonText.json(arguments));
      case "args_json_file" -> List.of(jsonFile);
      default -> List.of();
    };
  }

  private List<String> pairs(String prefix, String separator) {
    List<String> words = new ArrayList<>();
    arguments.forEach((key, value) -> words.add(prefix + key + separator + PythonText.str(value)));
    return words;
  }

  private List<String> flags() {
    List<String> words = new ArrayList<>();
    arguments.forEach(
        (key, value) -> {
          if (Boolean.TRUE.equals(value)) {
            words.add("--" + key);
          } else if (!Boolean.FALSE.equals(value)) {
            words.add("--" + key + "=" + PythonText.str(value));
          }
        });
    return words;
  }

  private List<String> separate() {
    List<String> words = new ArrayList<>();
    arguments.forEach(
        (key, value) -> {
          words.add("--" + key);
          words.add(PythonText.str(value));
        });
    return words;
  }
}
