package org.ldctbench.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.common.UserException;

class SplitSizesTest {
  @Test
  void partsMayComeInAnyOrder() {
    assertEquals(new SplitSizes(4, 2, 1), SplitSizes.parse("val=2, train=4,test=1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "4",
        "train=4,val=1",
        "train=4,val=1,test=0",
        "train=4,val=1,test=1,test=1",
        "train=4,val=1,tset=1",
        "train=-4,val=1,test=1",
        "train=4,val=1,test=",
        "train=99999999999,val=1,test=1",
        "train=999,val=1,test=1"
      })
  void anythingElseIsRefused(String text) {
    assertThrows(UserException.class, () -> SplitSizes.parse(text));
  }

  @ParameterizedTest
  @CsvSource({"3, 1, 1, 1", "8, 5, 2, 1", "10, 7, 2, 1", "150, 105, 30, 15"})
  void aFolderOfPatientsIsDividedLikeThePublishedSplit(int all, int train, int val, int test) {
    assertEquals(new SplitSizes(train, val, test), SplitSizes.of(all));
  }

  @Test
  void twoPatientsAreTooFew() {
    assertThrows(UserException.class, () -> SplitSizes.of(2));
  }
}
