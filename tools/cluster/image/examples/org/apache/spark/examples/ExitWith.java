package org.apache.spark.examples;

import org.apache.spark.sql.SparkSession;

/** Starts a session, then ends the driver's JVM. Arguments: exit code. */
public final class ExitWith {
  public static void main(String[] args) {
    int code = Integer.parseInt(args[0]);
    SparkSession.builder().appName("Exit with " + code).getOrCreate();
    System.out.println("Exiting with " + code);
    System.exit(code);
  }
}
