// What robfig/cron makes of schedules, asked as the Go operator asks it. A row
// of standard input: expression, time zone, an instant, the last instant that
// counts, how many ticks; separated by tabs, instants in seconds. A line of
// standard output: the ticks after that instant, or "refused"; "stuck" is the
// last where it goes round for ever, which it does at some changes of clocks.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// A tick is found in less than a millisecond.
const patience = 5 * time.Second

// The parser panics at "TZ=UTC" with nothing behind it.
func parse(expression, zone string) (when cron.Schedule, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	if _, err = time.LoadLocation(zone); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(expression, "TZ=") && !strings.HasPrefix(expression, "CRON_TZ=") {
		expression = "CRON_TZ=" + zone + " " + expression
	}
	return cron.ParseStandard(expression)
}

func answer(row []string) string {
	when, err := parse(row[0], row[1])
	if err != nil {
		return "refused"
	}
	numbers := [3]int64{}
	for i := range numbers {
		if numbers[i], err = strconv.ParseInt(row[2+i], 10, 64); err != nil {
			panic(err)
		}
	}
	ticks := []string{}
	at := time.Unix(numbers[0], 0).UTC()
	for int64(len(ticks)) < numbers[2] {
		next := make(chan time.Time, 1)
		go func(after time.Time) { next <- when.Next(after) }(at)
		select {
		case at = <-next:
		case <-time.After(patience):
			return strings.Join(append(ticks, "stuck"), " ")
		}
		if at.IsZero() || at.Unix() > numbers[1] {
			break
		}
		ticks = append(ticks, strconv.FormatInt(at.Unix(), 10))
	}
	return strings.Join(ticks, " ")
}

func main() {
	rows := bufio.NewScanner(os.Stdin)
	for rows.Scan() {
		fmt.Println(answer(strings.Split(rows.Text(), "\t")))
	}
	if err := rows.Err(); err != nil {
		panic(err)
	}
}
