# Two nodes by hand above each other, until one is moved.
seed 8
watch
node hq
node a below b lane 0/2
node b below a lane 1/2
10000ms ask a p c1
11000ms ask b p c2
30000ms alarm a question-loop
30000ms alarm b question-loop
40000ms move b below hq
50000ms ask b p c3
700000ms ask a p c4
800000ms ask b p c5
801000ms ask a p c6
900000ms calm b question-loop
900000ms calm a question-loop
