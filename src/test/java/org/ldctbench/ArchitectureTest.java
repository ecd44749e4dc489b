package org.ldctbench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Packages point one way, as docs/architecture.md draws them. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.ldctbench");

  @Test
  void packagesPointOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("common")
        .definedBy("org.ldctbench.common..")
        .layer("config")
        .definedBy("org.ldctbench.config..")
        .layer("npy")
        .definedBy("org.ldctbench.npy..")
        .layer("dicom")
        .definedBy("org.ldctbench.dicom..")
        .layer("engine")
        .definedBy("org.ldctbench.engine..")
        .layer("binding")
        .definedBy("org.ldctbench.binding..")
        .layer("data")
        .definedBy("org.ldctbench.data..")
        .layer("simulate")
        .definedBy("org.ldctbench.simulate..")
        .layer("metrics")
        .definedBy("org.ldctbench.metrics..")
        .layer("runlog")
        .definedBy("org.ldctbench.runlog..")
        .layer("train")
        .definedBy("org.ldctbench.train..")
        .layer("sweep")
        .definedBy("org.ldctbench.sweep..")
        .layer("launch")
        .definedBy("org.ldctbench.launch..")
        .layer("evaluate")
        .definedBy("org.ldctbench.evaluate..")
        .layer("cli")
        .definedBy("org.ldctbench.cli..")
        .whereLayer("config")
        .mayOnlyAccessLayers("common")
        .whereLayer("npy")
        .mayOnlyAccessLayers("common")
        .whereLayer("dicom")
        .mayOnlyAccessLayers("common")
        .whereLayer("engine")
        .mayOnlyAccessLayers("common")
        .whereLayer("binding")
        .mayOnlyAccessLayers("common", "engine")
        .whereLayer("data")
        .mayOnlyAccessLayers("common", "config", "dicom", "engine")
        .whereLayer("simulate")
        .mayOnlyAccessLayers("common", "dicom", "data")
        .whereLayer("metrics")
        .mayOnlyAccessLayers("common", "engine")
        .whereLayer("runlog")
        .mayOnlyAccessLayers("common", "config", "metrics")
        .whereLayer("train")
        .mayOnlyAccessLayers("common", "config", "data", "engine", "metrics", "runlog", "simulate")
        .whereLayer("sweep")
        .mayOnlyAccessLayers("common", "config")
        .whereLayer("launch")
        .mayOnlyAccessLayers("common", "config", "data", "engine", "metrics", "sweep", "train")
        .whereLayer("evaluate")
        .mayOnlyAccessLayers("common", "config", "data", "engine", "metrics", "train")
        .whereLayer("common")
        .mayNotAccessAnyLayer()
        .withOptionalLayers(true)
        .check(CLASSES);
  }

  @Test
  void onlyTheBindingKnowsJavaCpp() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.ldctbench.binding..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .check(CLASSES);
  }
}
