package io.quorlite.agent.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.quorlite.agent.admin.Json;
import io.quorlite.agent.config.Configuration;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Writes results for programs: each says of which version of these forms it is, and what kind of thing. */
final class Output {
    private Output() {}

    /**
     * {@code value} as JSON on one line, or as YAML.
     *
     * @param kind what it is; kept if it says so itself
     */
    static void machine(PrintWriter out, OutputForm form, String kind, Object value) {
        JsonObject whole = new JsonObject();
        whole.addProperty("apiVersion", Configuration.API_VERSION);
        whole.addProperty("kind", kind);
        Json.tree(value).getAsJsonObject().entrySet().forEach(entry -> whole.add(entry.getKey(), entry.getValue()));
        out.println(machine(form, whole).stripTrailing());
    }

    /** What a node answered, as JSON. */
    static void reply(PrintWriter out, OutputForm form, String kind, String reply) {
        machine(out, form, kind, Json.read(reply, JsonObject.class));
    }

    private static String machine(OutputForm form, JsonObject value) {
        if (form != OutputForm.YAML) {
            return Json.write(value);
        }
        DumpSettings settings =
                DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        Object plain = plain(value);
        return new Dump(settings).dumpToString(plain == null ? "" : plain);
    }

    private static @Nullable Object plain(JsonElement element) {
        if (element instanceof JsonObject object) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            object.entrySet().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
            return map;
        }
        if (element instanceof JsonArray array) {
            List<@Nullable Object> list = new ArrayList<>();
            array.forEach(item -> list.add(plain(item)));
            return list;
        }
        if (element instanceof JsonPrimitive primitive) {
            if (primitive.isBoolean()) {
                return primitive.getAsBoolean();
            }
            return primitive.isNumber() ? (Object) primitive.getAsLong() : primitive.getAsString();
        }
        return null;
    }
}
