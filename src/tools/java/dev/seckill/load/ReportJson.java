package dev.seckill.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** The data of a report as one JSON document, from which its page is drawn. */
final class ReportJson {
    private static final double[] PERCENTILES = {50, 75, 90, 99, 99.9, 99.99, 100};
    private static final int POINTS_PER_HALVING = 5;
    private static final double TENTH = 10;

    private final ObjectMapper mapper;

    private ReportJson(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    static ObjectNode of(ObjectMapper mapper, String verb, Conditions conditions, List<Chapter> chapters) {
        ReportJson json = new ReportJson(mapper);
        ObjectNode report = mapper.createObjectNode()
                .put("verb", verb)
                .put("date", conditions.when().format(DateTimeFormatter.ISO_OFFSET_DATE_TIME))
                .put("quick", conditions.quick());
        ObjectNode lines = report.putObject("conditions");
        conditions.lines().forEach(lines::put);
        ArrayNode all = report.putArray("chapters");
        chapters.forEach(chapter -> all.add(json.of(chapter)));
        return report;
    }

    private ObjectNode of(Chapter chapter) {
        ObjectNode json = mapper.createObjectNode()
                .put("title", chapter.title())
                .put("about", chapter.about())
                .put("load", chapter.load());
        json.set("highlights", figures(chapter.highlights()));
        ArrayNode remarks = json.putArray("remarks");
        chapter.remarks().forEach(remarks::add);
        ArrayNode measurements = json.putArray("measurements");
        chapter.measurements().forEach(each -> measurements.add(of(each)));
        json.set("figures", figures(chapter.figures()));
        ArrayNode curves = json.putArray("curves");
        for (Chapter.Curve curve : chapter.curves()) {
            ArrayNode points = curves.addObject()
                    .put("name", curve.name())
                    .put("unit", curve.unit())
                    .putArray("points");
            curve.points()
                    .forEach((second, value) -> points.addArray().add(second).add(value));
        }
        return json;
    }

    private ObjectNode of(Measurement measurement) {
        ObjectNode json = mapper.createObjectNode()
                .put("name", measurement.name())
                .put("compared_with", measurement.comparedWith());
        json.set("answers_per_second", of(measurement.rate()));
        json.set("ratio", of(measurement.ratio()));
        ObjectNode outcomes = json.putObject("outcomes");
        measurement.outcomes().forEach(outcomes::put);
        Histogram latency = measurement.latencyMicros();
        ObjectNode percentiles = json.putObject("latency_us");
        for (double percentile : PERCENTILES) {
            percentiles.put(
                    percentile == TENTH * TENTH
                            ? "max"
                            : Double.toString(percentile).replaceFirst("\\.0$", ""),
                    latency.getValueAtPercentile(percentile));
        }
        ArrayNode distribution = json.putArray("latency_distribution");
        for (HistogramIterationValue value : latency.percentiles(POINTS_PER_HALVING)) {
            distribution.addArray().add(value.getPercentileLevelIteratedTo()).add(value.getValueIteratedTo());
        }
        ArrayNode throughput = json.putArray("throughput");
        measurement.throughput().forEach(point -> throughput
                .addArray()
                .add(Math.round(point.second() * TENTH) / TENTH)
                .add(Math.round(point.perSecond() * TENTH) / TENTH));
        json.set("figures", figures(measurement.figures()));
        return json;
    }

    private ObjectNode of(Spread spread) {
        return spread == null
                ? null
                : mapper.createObjectNode()
                        .put("median", spread.median())
                        .put("least", spread.least())
                        .put("most", spread.most());
    }

    private ArrayNode figures(List<Figure> figures) {
        ArrayNode json = mapper.createArrayNode();
        figures.forEach(figure -> json.addObject()
                .put("name", figure.name())
                .put("value", figure.value())
                .put("unit", figure.unit())
                .put("remark", figure.remark()));
        return json;
    }
}
