package org.apache.spark.examples;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Estimates pi by throwing darts. Arguments: [slices]. */
public final class SparkPi {
  private static final int DARTS_PER_SLICE = 100_000;

  public static void main(String[] args) {
    int slices = args.length > 0 ? Integer.parseInt(args[0]) : 2;
    SparkSession session = SparkSession.builder().appName("Spark Pi").getOrCreate();
    List<Integer> seeds = new ArrayList<>();
    for (int i = 0; i < slices; i++) {
      seeds.add(i);
    }
    long hits = new JavaSparkContext(session.sparkContext())
        .parallelize(seeds, slices)
        .map(seed -> hits(seed))
        .reduce(Long::sum);
    System.out.println("Pi is roughly " + 4.0 * hits / ((double) DARTS_PER_SLICE * slices));
    session.stop();
  }

  private static long hits(int seed) {
    java.util.Random random = new java.util.Random(seed);
    long hits = 0;
    for (int i = 0; i < DARTS_PER_SLICE; i++) {
      double x = random.nextDouble() * 2 - 1;
      double y = random.nextDouble() * 2 - 1;
      if (x * x + y * y <= 1) {
        hits++;
      }
    }
    return hits;
  }
}
