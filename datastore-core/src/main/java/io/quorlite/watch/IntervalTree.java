package io.quorlite.watch;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values by distinct key range, found by a key that lies inside: an AVL tree ordered by start and then end, where each node
 * knows the furthest end below it (Cormen et al., Introduction to Algorithms, "Interval trees"). A look-up costs
 * O(log n) for each range found, whatever the number of ranges that do not hold the key. Not thread-safe.
 */
final class IntervalTree<T> {
    private static final class Node<T> {
        KeyRange range;
        T value;

        @Nullable Node<T> left;

        @Nullable Node<T> right;

        int height = 1;

        /** The furthest end in this subtree; null where a range has no end. */
        @Nullable Bytes furthestEnd;

        Node(KeyRange range, T value) {
            this.range = range;
            this.value = value;
            this.furthestEnd = range.to();
        }
    }

    private @Nullable Node<T> root;

    /** The value of exactly {@code range}, or null. */
    @Nullable T get(KeyRange range) {
        Node<T> node = root;
        while (node != null) {
            int order = compare(range, node.range);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    /** The value of exactly {@code range}, made where it is missing. */
    T computeIfAbsent(KeyRange range, Supplier<T> absent) {
        T known = get(range);
        if (known != null) {
            return known;
        }
        T value = absent.get();
        root = insert(root, range, value);
        return value;
    }

    void remove(KeyRange range) {
        root = remove(root, range);
    }

    /** Calls {@code visitor} with the value of each range that holds {@code key}, in the order of their starts. */
    void visit(Bytes key, Consumer<T> visitor) {
        visit(root, key, visitor);
    }

    boolean containsKey(Bytes key) {
        return containsKey(root, key);
    }

    private static <T> void visit(@Nullable Node<T> node, Bytes key, Consumer<T> visitor) {
        if (node == null || endsBefore(node, key)) {
            return;
        }
        visit(node.left, key, visitor);
        if (node.range.from().compareTo(key) <= 0) {
            if (node.range.contains(key)) {
                visitor.accept(node.value);
            }
            visit(node.right, key, visitor);
        }
    }

    private static <T> boolean containsKey(@Nullable Node<T> node, Bytes key) {
        if (node == null || endsBefore(node, key)) {
            return false;
        }
        return node.range.contains(key)
                || containsKey(node.left, key)
                || (node.range.from().compareTo(key) <= 0 && containsKey(node.right, key));
    }

    private static <T> boolean endsBefore(Node<T> subtree, Bytes key) {
        return subtree.furthestEnd != null && subtree.furthestEnd.compareTo(key) <= 0;
    }

    private static <T> Node<T> insert(@Nullable Node<T> node, KeyRange range, T value) {
        if (node == null) {
            return new Node<>(range, value);
        }
        if (compare(range, node.range) < 0) {
            node.left = insert(node.left, range, value);
        } else {
            node.right = insert(node.right, range, value);
        }
        return balance(node);
    }

    private static <T> @Nullable Node<T> remove(@Nullable Node<T> node, KeyRange range) {
        if (node == null) {
            return null;
        }
        int order = compare(range, node.range);
        if (order < 0) {
            node.left = remove(node.left, range);
        } else if (order > 0) {
            node.right = remove(node.right, range);
        } else if (node.left == null || node.right == null) {
            return node.left == null ? node.right : node.left;
        } else {
            Node<T> successor = first(node.right);
            node.range = successor.range;
            node.value = successor.value;
            node.right = remove(node.right, successor.range);
        }
        return balance(node);
    }

    private static <T> Node<T> first(Node<T> node) {
        Node<T> first = node;
        while (first.left != null) {
            first = first.left;
        }
        return first;
    }

    private static <T> Node<T> balance(Node<T> node) {
        update(node);
        int lean = height(node.left) - height(node.right);
        Node<T> left = node.left;
        Node<T> right = node.right;
        if (lean > 1 && left != null) {
            if (height(left.left) < height(left.right)) {
                node.left = rotateLeft(left);
            }
            return rotateRight(node);
        }
        if (lean < -1 && right != null) {
            if (height(right.right) < height(right.left)) {
                node.right = rotateRight(right);
            }
            return rotateLeft(node);
        }
        return node;
    }

    private static <T> Node<T> rotateLeft(Node<T> node) {
        Node<T> top = child(node.right);
        node.right = top.left;
        top.left = node;
        update(node);
        update(top);
        return top;
    }

    private static <T> Node<T> rotateRight(Node<T> node) {
        Node<T> top = child(node.left);
        node.left = top.right;
        top.right = node;
        update(node);
        update(top);
        return top;
    }

    private static <T> Node<T> child(@Nullable Node<T> node) {
        if (node == null) {
            throw new AssertionError("rotation without a child");
        }
        return node;
    }

    private static <T> void update(Node<T> node) {
        node.height = 1 + Math.max(height(node.left), height(node.right));
        Bytes end = node.range.to();
        if (node.left != null) {
            end = further(end, node.left.furthestEnd);
        }
        if (node.right != null) {
            end = further(end, node.right.furthestEnd);
        }
        node.furthestEnd = end;
    }

    private static int height(@Nullable Node<?> node) {
        return node == null ? 0 : node.height;
    }

    private static @Nullable Bytes further(@Nullable Bytes a, @Nullable Bytes b) {
        if (a == null || b == null) {
            return null;
        }
        return a.compareTo(b) >= 0 ? a : b;
    }

    private static int compare(KeyRange a, KeyRange b) {
        int starts = a.from().compareTo(b.from());
        return starts != 0 ? starts : compareEnds(a.to(), b.to());
    }

    private static int compareEnds(@Nullable Bytes a, @Nullable Bytes b) {
        if (a == null || b == null) {
            return Boolean.compare(a == null, b == null);
        }
        return a.compareTo(b);
    }
}
