package org.ldctbench.simulate;

/** Slices through a made-up body, from feet to head around its middle. */
final class PhantomPatient implements SourcePatient {
  private static final double THICKNESS = 5;

  private final Anatomy anatomy;
  private final int slices;
  private final int size;
  private final Phantom phantom;
  private final SmoothNoise texture;

  PhantomPatient(Anatomy anatomy, int slices, int size, long seed) {
    this.anatomy = anatomy;
    this.slices = slices;
    this.size = size;
    this.phantom = anatomy.phantom(seed);
    this.texture = new SmoothNoise(seed + 1);
  }

  @Override
  public Anatomy anatomy() {
    return anatomy;
  }

  @Override
  public int slices() {
    return slices;
  }

  @Override
  public SourceSlice slice(int index) {
    double pixelSpacing = phantom.fieldOfView() / size;
    double z = (index - (slices - 1) / 2.0) * THICKNESS;
    Canvas canvas = new Canvas(size, pixelSpacing, z, texture);
    phantom.draw(canvas);
    return new SourceSlice(canvas.finish(), size, pixelSpacing, THICKNESS, z, false);
  }
}
