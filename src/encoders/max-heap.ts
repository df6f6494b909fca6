/** @file A priority queue: push in any order, pop the largest first. */

/** Binary heap; `compare(a, b) > 0` when a comes out before b. */
export class MaxHeap<T> {
	private readonly items: T[] = [];

	constructor(private readonly compare: (a: T, b: T) => number) {}

	push(item: T): void {
		const { items } = this;
		let i = items.push(item) - 1;
		while (i > 0) {
			const parent = (i - 1) >> 1;
			if (this.compare(item, items[parent]!) <= 0) break;
			items[i] = items[parent]!;
			i = parent;
		}
		items[i] = item;
	}

	/** The largest item, taken out; undefined when there is none. */
	pop(): T | undefined {
		const { items } = this;
		const top = items[0];
		const last = items.pop();
		if (last === undefined || items.length === 0) return top;
		let i = 0;
		for (;;) {
			let child = 2 * i + 1;
			if (child >= items.length) break;
			if (child + 1 < items.length && this.compare(items[child + 1]!, items[child]!) > 0) child++;
			if (this.compare(items[child]!, last) <= 0) break;
			items[i] = items[child]!;
			i = child;
		}
		items[i] = last;
		return top;
	}
}
