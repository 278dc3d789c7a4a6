package job.avro;

import java.util.Map;
import job.model.Branch;
import job.model.Judgement;
import job.model.Judgement.Details;
import job.model.Judgement.Evidence;
import job.model.Judgement.FraudDetails;
import job.model.Judgement.InventoryDetails;
import job.model.Judgement.PricingDetails;
import job.model.Judgement.ValidationDetails;
import job.model.Result;
import job.model.Upload;
import org.apache.kafka.common.serialization.Serializer;

/** Writes the four result records, version 1. */
public final class ResultSerializer implements Serializer<Result> {
    private static final String POLICY_VERSION = "job";
    private static final int USUAL_SIZE = 512;

    private final int[] schemaIds = new int[Branch.count()];

    public ResultSerializer(Map<Branch, Integer> schemaIds) {
        schemaIds.forEach((branch, id) -> this.schemaIds[branch.ordinal()] = id);
    }

    @Override
    public byte[] serialize(String topic, Result result) {
        Upload upload = result.upload();
        Judgement judgement = result.judgement();
        AvroWriter out =
            AvroWriter.framed(schemaIds[result.branch().ordinal()], USUAL_SIZE)
                .writeString(upload.requestId())
                .writeLong(upload.attempt())
                .writeString(upload.invoiceId())
                .writeString(upload.vendorId())
                .writeLong(judgement.status())
                .writeNull() // unknown_reason
                .writeViolations(judgement.violations())
                .writeLong(result.decidedAt())
                .writeLong(upload.uploadedAt())
                .writeString(POLICY_VERSION)
                .writeString(result.topic())
                .writeLong(result.partition())
                .writeLong(result.offset());
        writeDetails(out, judgement.details());
        out.writeBoolean(false) // canary
            .writeNull(); // shadow
        return out.toBytes();
    }

    private static void writeDetails(AvroWriter out, Details details) {
        if (details instanceof ValidationDetails validation) {
            out.writeLong(validation.rulesChecked());
        } else if (details instanceof InventoryDetails inventory) {
            out.writeStringOrNull(inventory.purchaseOrder()).writeEmptyArray();
        } else if (details instanceof FraudDetails fraud) {
            out.writeLong(fraud.score());
            if (!fraud.evidence().isEmpty()) {
                out.writeLong(fraud.evidence().size());
                for (Evidence each : fraud.evidence()) {
                    out.writeString(each.signal());
                    out.writeLong(each.points());
                    out.writeString(each.explanation());
                }
            }
            out.writeArrayEnd().writeNull(); // vendor_class
        } else if (details instanceof PricingDetails pricing) {
            out.writeString(pricing.currency())
                .writeNull() // exchange_rate
                .writePresent()
                .writeAmount(pricing.expectedNet())
                .writeAmount(pricing.invoicedNet())
                .writeEmptyArray()
                .writeNull() // amount_in_base
                .writeEmptyArray() // savings
                .writeNull() // savings_total
                .writeEmptyArray() // flagged
                .writeNull(); // amount
        }
    }
}
