# Three nodes by hand above each other, until one is moved.
seed 9
watch
node hq
node a below b lane 0/3
node b below c lane 1/3
node c below a lane 2/3
10000ms ask a p c1
11000ms ask b p c2
12000ms ask c p c3
30000ms alarm a question-loop
30000ms alarm b question-loop
30000ms alarm c question-loop
40000ms move c below hq
50000ms ask c p c3
700000ms ask a p c4
800000ms ask b p c5
801000ms ask c p c7
801000ms ask a p c6
900000ms calm a question-loop
900000ms calm b question-loop
900000ms calm c question-loop
