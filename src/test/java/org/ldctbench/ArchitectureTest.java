package org.ldctbench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Packages point one way, as docs/architecture.md draws them. */
class ArchitectureTest {
  private static final String BASE = "org.ldctbench.";

  /** Package: what it may know besides common. */
  private static final String KNOWS =
      """
      bench: config data dicom engine npy train
      binding: engine
      checkpoint: engine
      config:
      data: config dicom engine
      dicom:
      download:
      engine:
      evaluate: config data engine metrics runlog train
      launch: config data engine metrics runlog sweep train wandb
      metrics: engine
      npy:
      runlog: config metrics
      selftest: config data engine train
      simulate: data dicom
      sweep: config
      train: checkpoint config data engine metrics runlog simulate wandb
      wandb: config
      """;

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.ldctbench");

  @Test
  void packagesPointOneWay() {
    Map<String, String> knows = knows();
    LayeredArchitecture rule =
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("common")
            .definedBy(BASE + "common..")
            .whereLayer("common")
            .mayNotAccessAnyLayer();
    for (String name : knows.keySet()) {
      rule = rule.layer(name).definedBy(BASE + name + "..");
    }
    for (Map.Entry<String, String> entry : knows.entrySet()) {
      String[] allowed = ("common " + entry.getValue()).trim().split(" +", -1);
      rule = rule.whereLayer(entry.getKey()).mayOnlyAccessLayers(allowed);
    }
    rule.check(CLASSES);
  }

  @Test
  void everyPackageHasItsPlace() {
    TreeSet<String> found = new TreeSet<>();
    for (JavaClass one : CLASSES) {
      found.add(one.getPackageName().substring(BASE.length()).split("\\.", -1)[0]);
    }
    found.remove("cli"); // knows everything
    found.remove("common"); // known by everything
    assertEquals(new TreeSet<>(knows().keySet()), found);
  }

  @Test
  void onlyTheBindingKnowsJavaCpp() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + "binding..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .check(CLASSES);
  }

  private static Map<String, String> knows() {
    Map<String, String> knows = new TreeMap<>();
    KNOWS.lines().forEach(line -> knows.put(line.split(":", -1)[0], line.split(":", -1)[1].trim()));
    return knows;
  }
}
