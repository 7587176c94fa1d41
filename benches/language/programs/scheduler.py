"""Tasks passing messages through queues, after the manner of Richards: method calls, Optional links, small classes."""


class Packet:
    link: "Packet | None"
    kind: int
    value: int

    def __init__(self, link: "Packet | None", kind: int, value: int) -> None:
        self.link = link
        self.kind = kind
        self.value = value


class Task:
    name: int
    queue: Packet | None
    handled: int
    held: bool

    def __init__(self, name: int) -> None:
        self.name = name
        self.queue = None
        self.handled = 0
        self.held = False

    def take(self, packet: Packet) -> None:
        packet.link = None
        if self.queue is None:
            self.queue = packet
            return
        last = self.queue
        following = last.link
        while following is not None:
            last = following
            following = last.link
        last.link = packet

    def work(self, tasks: "list[Task]") -> bool:
        packet = self.queue
        if packet is None or self.held:
            self.held = False
            return False
        self.queue = packet.link
        self.handled += 1
        packet.value = (packet.value * 1103515245 + 12345) % 2147483648
        if packet.value % 7 == 0:
            self.held = True
        target = tasks[packet.value % len(tasks)]
        packet.kind = (packet.kind + self.name) % 5
        target.take(packet)
        return True


def run() -> str:
    tasks = [Task(name) for name in range(6)]
    for number in range(12):
        tasks[number % 6].take(Packet(None, number % 5, number * 7919))
    steps = 0
    while steps < 60000:
        for task in tasks:
            if task.work(tasks):
                steps += 1
    return " ".join([str(task.handled) for task in tasks])
