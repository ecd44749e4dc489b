package org.ldctbench.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Stack;
import org.ldctbench.config.TrainKey;
import org.ldctbench.config.TrainKey.Kind;
import org.ldctbench.config.TrainKey.Need;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Gives {@code ldctbench-train} one option for every key of the table of arguments. */
final class TrainOptions implements IModelTransformer {
  @Override
  public CommandSpec transform(CommandSpec command) {
    for (TrainKey key : TrainKey.all().values()) {
      command.addOption(option(key));
    }
    return command;
  }

  private static OptionSpec option(TrainKey key) {
    OptionSpec.Builder option = OptionSpec.builder("--" + key.name()).description(description(key));
    switch (key.kind()) {
      case FLAG -> {
        // --flag, --flag=true and --flag=false; of --cuda also --no-cuda, the last one counts.
        option.type(Boolean.class).arity("0..1").paramLabel("BOOL");
        option.defaultValue(null).fallbackValue("true");
        if ("cuda".equals(key.name())) {
          option.negatable(true);
        }
      }
      case INTEGERS ->
          option
              .type(List.class)
              .auxiliaryTypes(String.class)
              .arity("1..*")
              .paramLabel("INT")
              .parameterConsumer(new Values());
      default -> option.type(String.class).arity("1").paramLabel(label(key));
    }
    option.hidden(key.need() == Need.FOREIGN && !"config".equals(key.name()));
    return option.build();
  }

  private static String description(TrainKey key) {
    String text = Character.toUpperCase(key.help().charAt(0)) + key.help().substring(1);
    if (!key.choices().isEmpty()) {
      text += ": " + String.join(", ", key.choices());
    }
    boolean told = key.fallback() == null || "".equals(key.fallback());
    return text + (told ? "." : " (default: " + key.fallback() + ").");
  }

  private static String label(TrainKey key) {
    if (key.kind() == Kind.TEXT) {
      return key.name().contains("folder")
          ? "DIR"
          : "config,info".contains(key.name()) ? "FILE" : "TEXT";
    }
    return key.kind() == Kind.INTEGER ? "INT" : "FLOAT";
  }

  /** Takes every word up to the next option; a repeated option replaces the earlier values. */
  private static final class Values implements IParameterConsumer {
    @Override
    public void consumeParameters(Stack<String> words, ArgSpec option, CommandSpec command) {
      List<String> values = new ArrayList<>();
      while (!words.isEmpty() && !words.peek().startsWith("--")) {
        values.add(words.pop());
      }
      option.setValue(values);
    }
  }
}
