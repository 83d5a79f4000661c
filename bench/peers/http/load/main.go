// The load of script/bench http: connections that each send the next request when the last one is
// answered. Prints a line of JSON.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

const words = "hello there can you help me with the update it says permission denied when I try " +
	"yes run it again as root thanks that worked how do I mount the drive at boot fstab which kernel"

func body(number, lines int) []byte {
	var out bytes.Buffer
	for i := range lines {
		from := (number*7 + i*13) % 60
		fmt.Fprintf(&out, `{"conversationId":"conv-%d","userId":"user-%d","text":"%s"}`+"\n",
			(number+i)%1000, (number+i)%100, words[from:from+80])
	}
	return out.Bytes()
}

func main() {
	port := flag.Int("port", 0, "of 127.0.0.1")
	tenant := flag.String("tenant", "bench", "whose messages")
	connections := flag.Int("connections", 64, "side by side")
	lines := flag.Int("lines", 1, "events in a request; more than one is NDJSON")
	lasts := flag.Duration("lasts", 10*time.Second, "how long")
	flag.Parse()
	url := fmt.Sprintf("http://127.0.0.1:%d/v1/tenants/%s/events/message", *port, *tenant)
	client := &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: *connections, MaxConnsPerHost: *connections}}
	contentType := "application/json"
	if *lines > 1 {
		contentType = "application/x-ndjson"
	}
	end := time.Now().Add(*lasts)
	var mutex sync.Mutex
	var latencies []time.Duration
	failures := map[string]int{}
	var wait sync.WaitGroup
	began := time.Now()
	for c := range *connections {
		wait.Add(1)
		go func() {
			defer wait.Done()
			var mine []time.Duration
			for number := c * 1_000_003; time.Now().Before(end); number++ {
				request := body(number, *lines)
				if *lines == 1 {
					request = request[:len(request)-1]
				}
				from := time.Now()
				answer, err := client.Post(url, contentType, bytes.NewReader(request))
				problem := ""
				if err != nil {
					problem = err.Error()
				} else {
					text, err := io.ReadAll(answer.Body)
					answer.Body.Close()
					if err != nil || answer.StatusCode != http.StatusOK {
						problem = fmt.Sprint(answer.StatusCode, " ", strings.TrimSpace(string(text)))
					}
				}
				if problem != "" {
					mutex.Lock()
					failures[problem[:min(len(problem), 200)]]++
					mutex.Unlock()
					continue
				}
				mine = append(mine, time.Since(from))
			}
			mutex.Lock()
			latencies = append(latencies, mine...)
			mutex.Unlock()
		}()
	}
	wait.Wait()
	seconds := time.Since(began).Seconds()
	slices.Sort(latencies)
	at := func(share float64) float64 {
		if len(latencies) == 0 {
			return 0
		}
		return float64(latencies[int(share*float64(len(latencies)-1))].Microseconds()) / 1000
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"requests": len(latencies), "events": len(latencies) * *lines, "seconds": seconds,
		"p50_ms": at(0.5), "p99_ms": at(0.99), "failures": failures})
}
