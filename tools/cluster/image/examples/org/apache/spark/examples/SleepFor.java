package org.apache.spark.examples;

import org.apache.spark.sql.SparkSession;

/** Keeps a session, and so its executors, for a while. Arguments: seconds. */
public final class SleepFor {
  public static void main(String[] args) throws InterruptedException {
    int seconds = Integer.parseInt(args[0]);
    SparkSession session =
        SparkSession.builder().appName("Sleep for " + seconds).getOrCreate();
    System.out.println("Sleeping for " + seconds + " s");
    Thread.sleep(seconds * 1000L);
    System.out.println("Slept for " + seconds + " s");
    session.stop();
  }
}
