package org.ldctbench.wandb.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.ldctbench.wandb.proto.Item;

class JsonValuesTest {
  @Test
  void numbersAreWrittenWithTheFewestDigitsThatReadBack() {
    assertEquals("1.0E-5", JsonValues.write(1e-5));
    assertEquals("30.0", JsonValues.write(30.0));
    assertEquals("0.1", JsonValues.write(0.1));
    assertEquals("2.2250738585072014E-308", JsonValues.write(Double.MIN_NORMAL));
    assertEquals("2.0E-323", JsonValues.write(2e-323));
    assertEquals("3", JsonValues.write(3));
    assertEquals(
        "[NaN,Infinity,-Infinity]",
        JsonValues.write(List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)));
  }

  @Test
  void bareWordsAreRead() throws Exception {
    var tree = JsonValues.read("{\"a\":NaN,\"b\":-Infinity,\"c\":[Infinity]}");
    assertTrue(Double.isNaN(tree.get("a").doubleValue()));
    assertEquals("{\"a\":NaN,\"b\":-Infinity,\"c\":[Infinity]}", JsonValues.write(tree));
  }

  @Test
  void keysWithDotsSlashesBlanksAndLettersOfAnyScriptStayOneKey() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("loss (train)", 1);
    values.put("a.b/c", "ü\"\n");
    values.put("鍵", null);
    ObjectNode tree = Items.tree(Items.of(values));
    assertEquals("{\"loss (train)\":1,\"a.b/c\":\"ü\\\"\\n\",\"鍵\":null}", JsonValues.write(tree));
  }

  @Test
  void nestedKeysMakeATree() {
    ObjectNode tree =
        Items.tree(
            List.of(
                nested("1", "_wandb", "runtime"),
                nested("\"png\"", "low dose", "format"),
                nested("2", "low dose", "count"),
                nested("0.5", "SSIM")));
    assertEquals(
        "{\"_wandb\":{\"runtime\":1},\"low dose\":{\"format\":\"png\",\"count\":2},\"SSIM\":0.5}",
        JsonValues.write(tree));
    Items.remove(tree, List.of(nested("", "low dose", "count"), nested("", "SSIM")));
    assertEquals(
        "{\"_wandb\":{\"runtime\":1},\"low dose\":{\"format\":\"png\"}}", JsonValues.write(tree));
  }

  @Test
  void aValueThatIsNotJsonIsKeptAsText() {
    Item bad = Item.newBuilder().setKey("k").setValueJson("{oops").build();
    assertEquals("{\"k\":\"{oops\"}", JsonValues.write(Items.tree(List.of(bad))));
  }

  private static Item nested(String json, String... path) {
    return Item.newBuilder().addAllNestedKey(List.of(path)).setValueJson(json).build();
  }
}
