package job.rules;

import static job.model.Amount.HUNDRED;
import static job.model.Amount.ONE;
import static job.model.Amount.orZero;
import static job.rules.Findings.blank;

import java.util.ArrayList;
import java.util.List;
import job.model.Day;
import job.model.Invoice;
import job.model.Invoice.Party;
import job.model.Judgement;
import job.model.Judgement.Evidence;
import job.model.Judgement.FraudDetails;
import job.model.Severity;
import job.model.Upload;
import job.model.Violation;

/** Does anything look wrong? The points of all signals add up to the score, 100 at most. */
public final class Fraud {
    private static final int PASS = 0;
    private static final int WARNING = 1;
    private static final int FAIL = 2;
    private static final int SEASONED = 5;
    private static final long LIMIT = 10_000 * ONE;
    private static final long NEAR = 9_500 * ONE;

    private Fraud() {}

    /** Judges an upload by what is remembered of its vendor. */
    public static Judgement judge(Upload upload, History history) {
        Invoice invoice = upload.invoice();
        List<Evidence> evidence = evidence(upload, history, orZero(invoice.totals().gross()));
        int sum = 0;
        for (Evidence each : evidence) {
            sum += each.points();
        }
        int score = Math.min(100, sum);
        int status = score >= 80 ? FAIL : score >= 40 ? WARNING : PASS;
        return new Judgement(status, violations(evidence, status), new FraudDetails(score, evidence));
    }

    /** What is remembered of the vendor after an upload. */
    public static History remember(Upload upload, History history) {
        Invoice invoice = upload.invoice();
        return history.with(
            orZero(invoice.totals().gross()),
            orEmpty(invoice.account()),
            orEmpty(invoice.number()),
            upload.requestId());
    }

    private static List<Evidence> evidence(Upload upload, History history, long gross) {
        Invoice invoice = upload.invoice();
        Party seller = invoice.seller();
        String iban = orEmpty(invoice.account());
        int issued = invoice.issueDate();
        List<Evidence> found = new ArrayList<>(4);
        if (!blank(invoice.number()) && history.hasUsed(invoice.number(), upload.requestId())) {
            found.add(new Evidence("FRD-NUMBER", 80, "The number has been used before."));
        }
        if (!iban.isEmpty() && !history.iban().isEmpty() && !iban.equals(history.iban())) {
            found.add(new Evidence("FRD-ACCOUNT", 45, "The account is another one."));
        }
        if (history.invoices() >= SEASONED && history.isFarBelow(gross)) {
            found.add(new Evidence("FRD-AMOUNT", 30, "The amount is unusual for the vendor."));
        }
        if (NEAR <= gross && gross < LIMIT) {
            found.add(new Evidence("FRD-LIMIT", 15, "The amount is just below the limit."));
        }
        if (gross != 0 && gross % HUNDRED == 0) {
            found.add(new Evidence("FRD-ROUND", 10, "The amount is round."));
        }
        if (Day.known(issued) && Day.isWeekend(issued)) {
            found.add(new Evidence("FRD-WEEKEND", 5, "It was issued at a weekend."));
        }
        if (Day.known(issued) && issued > Day.of(upload.uploadedAt())) {
            found.add(new Evidence("FRD-FUTURE", 30, "It is dated after its upload."));
        }
        if (blank(seller.vatId())) {
            found.add(new Evidence("FRD-VAT", 20, "The seller has no VAT identifier."));
        }
        if (!blank(seller.country()) && !iban.isEmpty() && !iban.startsWith(seller.country())) {
            found.add(new Evidence("FRD-COUNTRY", 10, "The account is in another country."));
        }
        if (!blank(seller.vatId()) && seller.vatId().equals(invoice.buyer().vatId())) {
            found.add(new Evidence("FRD-SELF", 60, "Seller and buyer are the same."));
        }
        if (Day.known(invoice.dueDate()) && invoice.dueDate() == issued) {
            found.add(new Evidence("FRD-HURRY", 10, "It is due at once."));
        }
        if (blank(invoice.purchaseOrder()) && gross > LIMIT) {
            found.add(new Evidence("FRD-ORDER", 20, "A large amount without an order."));
        }
        return found;
    }

    private static List<Violation> violations(List<Evidence> evidence, int status) {
        if (evidence.isEmpty()) {
            return List.of();
        }
        Severity severity =
            switch (status) {
                case FAIL -> Severity.ERROR;
                case WARNING -> Severity.WARNING;
                default -> Severity.INFO;
            };
        List<Violation> violations = new ArrayList<>(evidence.size());
        for (Evidence each : evidence) {
            violations.add(new Violation(each.signal(), each.explanation(), severity, null));
        }
        return violations;
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }
}
