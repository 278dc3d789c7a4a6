package job.avro;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import job.model.Branch;

/** Which id stands for the newest version of each record. */
public record SchemaIds(int upload, Map<Branch, Integer> results, int decision) {

    /** The ids that `schemas/lock.json` gives. */
    public static SchemaIds read(Path lock) throws IOException {
        Map<String, Integer> ids = new HashMap<>();
        JsonNode entries = new ObjectMapper().readTree(lock.toFile()).path("ids");
        Map<String, Integer> newest = new HashMap<>();
        entries.fields().forEachRemaining(entry -> {
            String record = entry.getValue().path("record").asText();
            int version = entry.getValue().path("version").asInt();
            if (version > newest.getOrDefault(record, 0)) {
                newest.put(record, version);
                ids.put(record, Integer.valueOf(entry.getKey()));
            }
        });
        Map<Branch, Integer> results = new HashMap<>();
        for (Branch branch : Branch.values()) {
            results.put(branch, idOf(ids, branch.text() + "_result", lock));
        }
        return new SchemaIds(
            idOf(ids, "invoice_uploaded", lock), results, idOf(ids, "invoice_decision", lock));
    }

    private static int idOf(Map<String, Integer> ids, String record, Path lock) {
        Integer id = ids.get(record);
        if (id == null) {
            throw new IllegalArgumentException(lock + " has no id for " + record);
        }
        return id;
    }
}
