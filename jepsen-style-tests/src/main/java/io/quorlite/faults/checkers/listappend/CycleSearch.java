package io.quorlite.faults.checkers.listappend;

import io.quorlite.faults.checkers.listappend.DependencyGraph.Edge;
import io.quorlite.faults.checkers.listappend.DependencyGraph.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds short cycles in a dependency graph, looking only at edges of some kinds. Stateless apart from the graph. */
final class CycleSearch {
    /** How many edges of a component are tried as the single RW edge of a cycle; beyond, the cycle counts as G2. */
    private static final int SINGLE_TRIES_MAX = 500;

    private final DependencyGraph graph;

    CycleSearch(DependencyGraph graph) {
        this.graph = graph;
    }

    /** A short cycle of edges of these kinds in each strongly connected component that has one. */
    List<List<Edge>> cycles(Set<Kind> kinds) {
        List<List<Edge>> cycles = new ArrayList<>();
        for (BitSet component : components(kinds)) {
            List<Edge> cycle = throughAny(component, kinds);
            if (cycle != null) {
                cycles.add(cycle);
            }
        }
        return cycles;
    }

    /** The same, of cycles with an RW edge: just one of them if {@code single}, else at least one. */
    List<List<Edge>> cyclesWithRw(Set<Kind> kinds, boolean single) {
        List<List<Edge>> cycles = new ArrayList<>();
        for (BitSet component : components(kinds)) {
            int tries = 0;
            for (Edge edge : edgesIn(component, kinds)) {
                if (edge.kind() != Kind.RW || ++tries > SINGLE_TRIES_MAX) {
                    continue;
                }
                List<Edge> back = path(
                        edge.to(),
                        edge.from(),
                        component,
                        other -> kinds.contains(other.kind()) && !(single && other.kind() == Kind.RW));
                if (back != null) {
                    back.add(0, edge);
                    cycles.add(back);
                    break;
                }
            }
        }
        return cycles;
    }

    private @Nullable List<Edge> throughAny(BitSet component, Set<Kind> kinds) {
        for (Edge edge : edgesIn(component, kinds)) {
            if (graph.isTxn(edge.from())) {
                List<Edge> back = path(edge.to(), edge.from(), component, other -> kinds.contains(other.kind()));
                if (back != null) {
                    back.add(0, edge);
                    return back;
                }
            }
        }
        return null;
    }

    private List<Edge> edgesIn(BitSet component, Set<Kind> kinds) {
        List<Edge> edges = new ArrayList<>();
        component.stream()
                .forEach(node -> graph.from(node).stream()
                        .filter(edge -> kinds.contains(edge.kind()) && component.get(edge.to()))
                        .forEach(edges::add));
        return edges;
    }

    /** The shortest path, breadth first; null where there is none. */
    private @Nullable List<Edge> path(int from, int to, BitSet within, Predicate<Edge> allowed) {
        Map<Integer, Edge> reachedBy = new HashMap<>();
        Deque<Integer> queue = new ArrayDeque<>(List.of(from));
        while (!queue.isEmpty()) {
            int node = queue.remove();
            if (node == to) {
                return traceBack(from, to, reachedBy);
            }
            for (Edge edge : graph.from(node)) {
                if (allowed.test(edge)
                        && within.get(edge.to())
                        && edge.to() != from
                        && reachedBy.putIfAbsent(edge.to(), edge) == null) {
                    queue.add(edge.to());
                }
            }
        }
        return null;
    }

    private static List<Edge> traceBack(int from, int to, Map<Integer, Edge> reachedBy) {
        Deque<Edge> path = new ArrayDeque<>();
        int node = to;
        while (node != from) {
            Edge edge = reachedBy.get(node);
            if (edge == null) {
                throw new IllegalStateException("no way back from " + node);
            }
            path.addFirst(edge);
            node = edge.from();
        }
        return new ArrayList<>(path);
    }

    /** The strongly connected components of more than one node: Tarjan's algorithm, with a stack of its own. */
    private List<BitSet> components(Set<Kind> kinds) {
        List<BitSet> components = new ArrayList<>();
        int[] order = new int[graph.size()];
        int[] low = new int[graph.size()];
        int[] nextEdge = new int[graph.size()];
        BitSet open = new BitSet();
        Deque<Integer> path = new ArrayDeque<>();
        Deque<Integer> unassigned = new ArrayDeque<>();
        int counter = 0;
        for (int start = 0; start < graph.size(); start++) {
            if (order[start] != 0) {
                continue;
            }
            path.push(start);
            while (!path.isEmpty()) {
                int node = path.peek();
                if (order[node] == 0) {
                    order[node] = low[node] = ++counter;
                    unassigned.push(node);
                    open.set(node);
                }
                List<Edge> edges = graph.from(node);
                boolean descended = false;
                while (nextEdge[node] < edges.size() && !descended) {
                    Edge edge = edges.get(nextEdge[node]++);
                    if (kinds.contains(edge.kind())) {
                        if (order[edge.to()] == 0) {
                            path.push(edge.to());
                            descended = true;
                        } else if (open.get(edge.to())) {
                            low[node] = Math.min(low[node], order[edge.to()]);
                        }
                    }
                }
                if (!descended) {
                    path.pop();
                    if (!path.isEmpty()) {
                        low[path.peek()] = Math.min(low[path.peek()], low[node]);
                    }
                    if (low[node] == order[node]) {
                        BitSet component = popComponent(node, unassigned, open);
                        if (component.cardinality() > 1) {
                            components.add(component);
                        }
                    }
                }
            }
        }
        return components;
    }

    private static BitSet popComponent(int root, Deque<Integer> unassigned, BitSet open) {
        BitSet component = new BitSet();
        int node;
        do {
            node = unassigned.pop();
            open.clear(node);
            component.set(node);
        } while (node != root);
        return component;
    }
}
