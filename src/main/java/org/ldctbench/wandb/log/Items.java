package org.ldctbench.wandb.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ldctbench.wandb.proto.Item;

/** Keyed values of configuration, history and summary records. */
public final class Items {
  private Items() {}

  /** One item a key; keys are taken as they are, dots and slashes included. */
  public static List<Item> of(Map<String, ?> values) {
    List<Item> items = new ArrayList<>(values.size());
    values.forEach((key, value) -> items.add(of(key, value)));
    return items;
  }

  public static Item of(String key, Object value) {
    return Item.newBuilder().setKey(key).setValueJson(JsonValues.write(value)).build();
  }

  /** Puts the values into the tree. */
  public static void update(ObjectNode tree, List<Item> items) {
    for (Item item : items) {
      List<String> path = path(item);
      parent(tree, path).set(path.get(path.size() - 1), value(item.getValueJson()));
    }
  }

  /** What is not JSON is kept as text: one bad value must not lose the others. */
  private static JsonNode value(String json) {
    try {
      return JsonValues.read(json);
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(json);
    }
  }

  public static void remove(ObjectNode tree, List<Item> items) {
    for (Item item : items) {
      List<String> path = path(item);
      parent(tree, path).remove(path.get(path.size() - 1));
    }
  }

  public static ObjectNode tree(List<Item> items) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    update(tree, items);
    return tree;
  }

  private static List<String> path(Item item) {
    return item.getNestedKeyCount() > 0 ? item.getNestedKeyList() : List.of(item.getKey());
  }

  private static ObjectNode parent(ObjectNode tree, List<String> path) {
    ObjectNode node = tree;
    for (String name : path.subList(0, path.size() - 1)) {
      JsonNode inner = node.get(name);
      node = inner instanceof ObjectNode object ? object : node.putObject(name);
    }
    return node;
  }
}
