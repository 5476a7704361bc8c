package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The key space at one revision: a sorted map that never changes, so that every revision's can be kept. Immutable.
 *
 * <p>A treap (Seidel and Aragon, 1996) whose priorities are hashes of the keys; a change copies the path to the key.
 */
final class KeyTree {
    static final KeyTree EMPTY = new KeyTree(null);

    private final @Nullable Node root;

    private KeyTree(@Nullable Node root) {
        this.root = root;
    }

    int size() {
        return size(root);
    }

    @Nullable KeyValue get(String key) {
        Node node = root;
        while (node != null) {
            int order = key.compareTo(node.kv.key());
            if (order == 0) {
                return node.kv;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    KeyTree with(KeyValue kv) {
        return new KeyTree(put(root, kv));
    }

    KeyTree without(String key) {
        return new KeyTree(remove(root, key));
    }

    /** What stands in {@code range}, in the order of keys. */
    List<KeyValue> in(KeyRange range) {
        if (range.isSingle()) {
            KeyValue kv = get(range.key());
            return kv == null ? List.of() : List.of(kv);
        }
        List<KeyValue> found = new ArrayList<>();
        visit(root, range, found::add);
        return found;
    }

    private static void visit(@Nullable Node node, KeyRange range, Consumer<KeyValue> visitor) {
        if (node == null) {
            return;
        }
        boolean afterStart = node.kv.key().compareTo(range.key()) >= 0;
        boolean beforeEnd = range.isBelowEnd(node.kv.key());
        if (afterStart) {
            visit(node.left, range, visitor);
        }
        if (afterStart && beforeEnd) {
            visitor.accept(node.kv);
        }
        if (beforeEnd) {
            visit(node.right, range, visitor);
        }
    }

    private static Node put(@Nullable Node node, KeyValue kv) {
        if (node == null) {
            return new Node(kv, null, null);
        }
        int order = kv.key().compareTo(node.kv.key());
        if (order == 0) {
            return new Node(kv, node.left, node.right);
        } else if (order < 0) {
            Node left = put(node.left, kv);
            return left.priority > node.priority
                    ? new Node(left.kv, left.left, new Node(node.kv, left.right, node.right))
                    : new Node(node.kv, left, node.right);
        }
        Node right = put(node.right, kv);
        return right.priority > node.priority
                ? new Node(right.kv, new Node(node.kv, node.left, right.left), right.right)
                : new Node(node.kv, node.left, right);
    }

    private static @Nullable Node remove(@Nullable Node node, String key) {
        if (node == null) {
            return null;
        }
        int order = key.compareTo(node.kv.key());
        if (order == 0) {
            return merge(node.left, node.right);
        }
        return order < 0
                ? new Node(node.kv, remove(node.left, key), node.right)
                : new Node(node.kv, node.left, remove(node.right, key));
    }

    private static @Nullable Node merge(@Nullable Node left, @Nullable Node right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        return left.priority > right.priority
                ? new Node(left.kv, left.left, merge(left.right, right))
                : new Node(right.kv, merge(left, right.left), right.right);
    }

    private static int size(@Nullable Node node) {
        return node == null ? 0 : node.size;
    }

    private static final class Node {
        final KeyValue kv;
        final @Nullable Node left;
        final @Nullable Node right;
        final int priority;
        final int size;

        Node(KeyValue kv, @Nullable Node left, @Nullable Node right) {
            this.kv = kv;
            this.left = left;
            this.right = right;
            this.priority = mixed(kv.key().hashCode());
            this.size = 1 + size(left) + size(right);
        }

        /** Spreads neighbouring hashes, so that the tree stays shallow whatever the keys are. */
        private static int mixed(int hash) {
            int mixed = (hash ^ (hash >>> 16)) * 0x85ebca6b;
            mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
            return mixed ^ (mixed >>> 16);
        }
    }
}
