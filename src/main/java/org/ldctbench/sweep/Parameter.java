package org.ldctbench.sweep;

import java.util.List;

/**
 * One parameter of the search.
 *
 * @param path names from the outermost mapping inwards; one name unless nested
 */
public record Parameter(List<String> path, Distribution distribution) {
  /** What W&B joins nested names with; it decides their alphabetical order. */
  private static final String NEST = ".wbnest[599c28ca25da].";

  public Parameter {
    path = List.copyOf(path);
  }

  /** Name for people: nested names joined by dots. */
  public String name() {
    return String.join(".", path);
  }

  public boolean varies() {
    return !(distribution instanceof Constant);
  }

  String sortKey() {
    return String.join(NEST, path);
  }
}
