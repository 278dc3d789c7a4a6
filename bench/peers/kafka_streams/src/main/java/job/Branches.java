package job;

import static job.rules.Findings.blank;

import job.model.Branch;
import job.model.Judgement;
import job.model.Result;
import job.model.Upload;
import job.rules.Billed;
import job.rules.Fraud;
import job.rules.History;
import job.rules.Inventory;
import job.rules.Pricing;
import job.rules.Validation;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;

/** The four branches over their stores. */
final class Branches {
    static final String BILLED = "billed";
    static final String HISTORIES = "histories";

    private Branches() {}

    static final class ValidationProcessor extends BranchProcessor {
        ValidationProcessor() {
            super(Branch.VALIDATION);
        }

        @Override
        Judgement judge(Upload upload) {
            return Validation.judge(upload.invoice());
        }
    }

    static final class InventoryProcessor extends BranchProcessor {
        private KeyValueStore<String, Billed> orders;

        InventoryProcessor() {
            super(Branch.INVENTORY);
        }

        @Override
        public void init(ProcessorContext<String, Result> context) {
            super.init(context);
            orders = context.getStateStore(BILLED);
        }

        @Override
        Judgement judge(Upload upload) {
            String order = upload.invoice().purchaseOrder();
            if (blank(order)) {
                return Inventory.judge(upload.invoice(), null);
            }
            String key = upload.vendorId() + "/" + order;
            Billed known = orders.get(key);
            Billed billed = known == null ? new Billed() : known;
            Judgement judgement = Inventory.judge(upload.invoice(), billed);
            orders.put(key, billed);
            return judgement;
        }
    }

    static final class FraudProcessor extends BranchProcessor {
        private KeyValueStore<String, History> vendors;

        FraudProcessor() {
            super(Branch.FRAUD);
        }

        @Override
        public void init(ProcessorContext<String, Result> context) {
            super.init(context);
            vendors = context.getStateStore(HISTORIES);
        }

        @Override
        Judgement judge(Upload upload) {
            History history = History.orNew(vendors.get(upload.vendorId()));
            Judgement judgement = Fraud.judge(upload, history);
            vendors.put(upload.vendorId(), Fraud.remember(upload, history));
            return judgement;
        }
    }

    static final class PricingProcessor extends BranchProcessor {
        PricingProcessor() {
            super(Branch.PRICING);
        }

        @Override
        Judgement judge(Upload upload) {
            return Pricing.judge(upload.invoice());
        }
    }
}
