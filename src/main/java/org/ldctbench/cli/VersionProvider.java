package org.ldctbench.cli;

import picocli.CommandLine.IVersionProvider;

/** Version from the jar's manifest. */
final class VersionProvider implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = VersionProvider.class.getPackage().getImplementationVersion();
    return new String[] {"ldctbench " + (version == null ? "(not packaged)" : version)};
  }
}
