package job.rules;

import static job.model.Amount.CENT;
import static job.model.Amount.ONE;
import static job.model.Amount.known;
import static job.model.Amount.orZero;
import static job.rules.Findings.blank;

import java.util.List;
import java.util.Set;
import job.model.Amount;
import job.model.Invoice;
import job.model.Invoice.Line;
import job.model.Invoice.Totals;
import job.model.Judgement;
import job.model.Judgement.PricingDetails;

/** Is it priced as its lines say? */
public final class Pricing {
    private static final int MATCH = 0;
    private static final int DEVIATION = 1;
    private static final int MISMATCH = 2;
    private static final Set<Long> RATES =
        Set.of(
            0L, 5 * ONE, 7 * ONE, 9 * ONE, 10 * ONE, 19 * ONE, 20 * ONE, 21 * ONE, 22 * ONE, 23 * ONE,
            25 * ONE);

    private final Findings found = new Findings();
    private long expected;
    private long invoiced;

    private Pricing() {}

    public static Judgement judge(Invoice invoice) {
        return new Pricing().judged(invoice);
    }

    private Judgement judged(Invoice invoice) {
        List<Line> lines = invoice.lines();
        for (int number = 0; number < lines.size(); number++) {
            checkLine(lines.get(number), Findings.line(number));
        }
        Totals totals = invoice.totals();
        if (known(totals.linesNet()) && totals.linesNet() != invoiced) {
            found.error("PRC-SUM", "The sum is another one.", "totals.lines_net");
        }
        if (Math.multiplyExact(orZero(totals.allowances()), 2) > orZero(totals.linesNet())) {
            found.warning("PRC-HALF", "More than half is let off.", "totals.allowances");
        }
        String currency = invoice.currency() == null ? "" : invoice.currency();
        PricingDetails details = new PricingDetails(currency, expected, invoiced);
        return found.judgement(MATCH, DEVIATION, MISMATCH, details);
    }

    private void checkLine(Line line, String field) {
        if (!known(line.price())) {
            found.error("PRC-PRICE", "A line has no price.", field);
            return;
        }
        if (line.price() < 0) {
            found.error("PRC-NEGATIVE", "A price is negative.", field);
        }
        if (line.price() == 0) {
            found.warning("PRC-FREE", "A line is free.", field);
        }
        long base = known(line.baseQuantity()) ? line.baseQuantity() : ONE;
        if (base <= 0) {
            found.error("PRC-BASE", "A base quantity is wrong.", field);
            return;
        }
        if (!known(line.quantity()) || !known(line.net())) {
            found.error("PRC-NET", "A line has no amount.", field);
            return;
        }
        long exact = Amount.toCents(line.price(), line.quantity(), base);
        expected = Math.addExact(expected, exact);
        invoiced = Math.addExact(invoiced, line.net());
        long off = Math.abs(Math.subtractExact(line.net(), exact));
        if (off > CENT) {
            found.error("PRC-LINE", "A line is wrongly priced.", field);
        } else if (off != 0) {
            found.warning("PRC-CENT", "A line is a cent off.", field);
        }
        if (blank(line.name())) {
            found.warning("PRC-NAME", "A line has no name.", field);
        }
        if ("S".equals(line.vatCategory()) && !RATES.contains(line.vatRate())) {
            found.warning("PRC-RATE", "A VAT rate is unusual.", field);
        }
    }
}
