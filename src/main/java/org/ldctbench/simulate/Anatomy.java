package org.ldctbench.simulate;

import org.ldctbench.dicom.CtImage;

/** Body regions of the LDCT collection; the letter begins a patient's identifier. */
public enum Anatomy {
  C("chest", 3.0e5, -600, 1500),
  L("abdomen", 6.0e5, 50, 400),
  N("head", 6.0e5, 40, 100);

  private final String region;
  private final double photons;
  private final double windowCentre;
  private final double windowWidth;

  Anatomy(String region, double photons, double windowCentre, double windowWidth) {
    this.region = region;
    this.photons = photons;
    this.windowCentre = windowCentre;
    this.windowWidth = windowWidth;
  }

  String region() {
    return region;
  }

  /** Photons per detector bin and view at full dose through air. */
  double photons() {
    return photons;
  }

  /** Usual display window. */
  CtImage.Window window() {
    return new CtImage.Window(windowCentre, windowWidth);
  }

  Phantom phantom(long seed) {
    return switch (this) {
      case C -> new ChestPhantom(seed);
      case L -> new AbdomenPhantom(seed);
      case N -> new HeadPhantom(seed);
    };
  }
}
