# Two nodes stand above each other, by mistake. Each question has an answer all the same.
seed 8
node east below west lane 0/2 deadline 2000ms
node west below east lane 1/2 deadline 2000ms
1000ms ask east bash a
2000ms ask west bash b times 5
4000ms ask east bash c times 5
