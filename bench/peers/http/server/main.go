// A small server that publishes chat messages, as a team would write it: net/http and franz-go. The
// peer of `caas-kafka serve` in script/bench http: the same routes, checks, key, settings and answers.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

type message struct {
	MessageID      string  `json:"messageId"`
	ConversationID string  `json:"conversationId"`
	UserID         string  `json:"userId"`
	Text           string  `json:"text"`
	ReplyTo        *string `json:"replyTo,omitempty"`
	SentAt         string  `json:"sentAt"`
}

type delivery struct {
	Line      int    `json:"line,omitempty"`
	Status    string `json:"status,omitempty"`
	Topic     string `json:"topic,omitempty"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	Timestamp string `json:"timestamp,omitempty"`
	ID        string `json:"id,omitempty"`
	Error     string `json:"error,omitempty"`
}

const timeForm = "2006-01-02T15:04:05.000Z"

func uuid() string {
	var id [16]byte
	rand.Read(id[:])
	ms := time.Now().UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (8 * (5 - i)))
	}
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

func recordOf(topic string, tenant string, text []byte) (*kgo.Record, string, error) {
	var event message
	if err := json.Unmarshal(text, &event); err != nil {
		return nil, "", err
	}
	if event.ConversationID == "" || event.UserID == "" || event.Text == "" {
		return nil, "", errors.New("conversationId, userId and text are needed")
	}
	if event.MessageID == "" {
		event.MessageID = uuid()
	}
	if event.SentAt == "" {
		event.SentAt = time.Now().UTC().Format(timeForm)
	}
	value, err := json.Marshal(event)
	if err != nil {
		return nil, "", err
	}
	return &kgo.Record{
		Topic: topic,
		Key:   []byte(tenant + ":" + event.ConversationID),
		Value: value,
		Headers: []kgo.RecordHeader{
			{Key: "caas.type", Value: []byte("message")},
		},
	}, event.MessageID, nil
}

type server struct{ client *kgo.Client }

func (s server) publish(w http.ResponseWriter, r *http.Request) {
	tenant := r.PathValue("id")
	topic := "chat.messages." + tenant
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-ndjson") {
		s.publishLines(w, r, topic, tenant)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16_000_000))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	record, id, err := recordOf(topic, tenant, body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	done, err := s.client.ProduceSync(r.Context(), record).First()
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(delivery{Topic: topic, Partition: done.Partition, Offset: done.Offset,
		Timestamp: done.Timestamp.UTC().Format(timeForm), ID: id})
}

func (s server) publishLines(w http.ResponseWriter, r *http.Request, topic, tenant string) {
	scanner := bufio.NewScanner(http.MaxBytesReader(w, r.Body, 16_000_000))
	scanner.Buffer(make([]byte, 64*1024), 2_000_000)
	var results []*delivery
	var wait sync.WaitGroup
	status := http.StatusOK
	for number := 1; scanner.Scan(); number++ {
		line := bytes.TrimSpace(scanner.Bytes())
		if len(line) == 0 {
			continue
		}
		result := &delivery{Line: number}
		results = append(results, result)
		record, id, err := recordOf(topic, tenant, line)
		if err != nil {
			result.Status, result.Error, status = "refused", err.Error(), http.StatusMultiStatus
			continue
		}
		wait.Add(1)
		s.client.Produce(context.Background(), record, func(done *kgo.Record, err error) {
			defer wait.Done()
			result.ID = id
			if err != nil {
				result.Status, result.Error = "failed", err.Error()
				return
			}
			result.Status, result.Topic = "delivered", topic
			result.Partition, result.Offset = done.Partition, done.Offset
		})
	}
	wait.Wait()
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(status)
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	for _, result := range results {
		encoder.Encode(result)
	}
	out.Flush()
}

func main() {
	brokers := flag.String("brokers", "127.0.0.1:9092", "host:port,…")
	flag.Parse()
	// The settings of our default preset.
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(*brokers, ",")...),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerBatchCompression(kgo.SnappyCompression()),
		kgo.ProducerLinger(5*time.Millisecond),
		kgo.ProducerBatchMaxBytes(1_000_000),
		kgo.MaxBufferedRecords(100_000),
	)
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/tenants/{id}/events/message", server{client}.publish)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	os.Stdout.Sync()
	log.Fatal(http.Serve(listener, mux))
}
