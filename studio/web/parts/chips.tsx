/** @file Prompts as chips: words that can be edited in place, each with its weight, and a field for the next. */

import type { Signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { type Chip, nudge, rewritten, shownWeight, written } from '../chips.js';
import { Icon } from './icon.js';

interface Props {
	readonly chips: Signal<readonly Chip[]>;
	readonly typed: Signal<string>;
	readonly negative?: boolean;
	readonly id: string;
	readonly label: string;
	readonly placeholder: string;
	/** What Enter does; without it, it makes chips of what is typed. */
	readonly onEnter?: () => void;
}

/** Enter alone, or as it starts a drawing from anywhere; with Shift and Alt it is another key. */
const isEnter = (event: KeyboardEvent, withMod: boolean): boolean =>
	event.key === 'Enter' &&
	!event.shiftKey &&
	!event.altKey &&
	!event.isComposing &&
	(withMod || !(event.ctrlKey || event.metaKey));

export function PromptChips({ chips, typed, negative = false, id, label, placeholder, onEnter }: Props) {
	const field = useRef<HTMLTextAreaElement>(null);
	const change = (i: number, chip: Chip | undefined) => {
		chips.value = chips.value.flatMap((old, k) => (k === i ? (chip ? [chip] : []) : [old]));
	};
	const settle = () => {
		if (!typed.value.trim()) return;
		chips.value = written(chips.value, typed.value, negative);
		typed.value = '';
	};
	const enter = onEnter ?? settle;
	const onKey = (event: KeyboardEvent) => {
		const mod = event.ctrlKey || event.metaKey;
		if (isEnter(event, onEnter !== undefined)) {
			event.preventDefault();
			enter();
		} else if (event.key === 'Backspace' && typed.value === '' && chips.value.length > 0) {
			event.preventDefault();
			const last = chips.value.at(-1)!;
			typed.value = last.text;
			chips.value = chips.value.slice(0, -1);
		} else if (mod && (event.key === 'ArrowUp' || event.key === 'ArrowDown') && typed.value.trim()) {
			event.preventDefault();
			settle();
			const i = chips.value.length - 1;
			change(i, {
				...chips.value[i]!,
				weight: nudge(chips.value[i]!.weight, event.key === 'ArrowUp' ? 1 : -1, negative),
			});
		}
	};
	return (
		<div class={negative ? 'prompts negative' : 'prompts'}>
			<div class="row prompts-head">
				<label class="label grow" for={id}>
					{label}
				</label>
				{!negative && (
					<button
						type="button"
						class="link"
						aria-label={`Another prompt: ${label}`}
						title="One more prompt, each with a weight"
						onClick={() => {
							settle();
							field.current?.focus();
						}}
					>
						<Icon name="plus" /> Another
					</button>
				)}
			</div>
			{chips.value.length > 0 && (
				<ul class="chips" aria-label={negative ? 'Words to avoid' : 'Words'}>
					{chips.value.map((chip, i) => (
						<ChipItem
							key={i}
							chip={chip}
							negative={negative}
							onChange={(next) => change(i, next)}
							onGone={() => field.current?.focus()}
							onEnter={enter}
						/>
					))}
				</ul>
			)}
			<textarea
				ref={field}
				id={id}
				class="prompt-field"
				rows={1}
				spellcheck={false}
				autocomplete="off"
				value={typed.value}
				placeholder={chips.value.length > 0 ? 'and …' : placeholder}
				onInput={(event) => {
					typed.value = event.currentTarget.value;
				}}
				onKeyDown={onKey}
			/>
		</div>
	);
}

interface ItemProps {
	readonly chip: Chip;
	readonly negative: boolean;
	readonly onChange: (chip: Chip | undefined) => void;
	readonly onGone: () => void;
	readonly onEnter: () => void;
}

function ChipItem({ chip, negative, onChange, onGone, onEnter }: ItemProps) {
	const weight = shownWeight(chip.weight, negative);
	const step = (direction: 1 | -1) => onChange({ ...chip, weight: nudge(chip.weight, direction, negative) });
	const remove = () => {
		onChange(undefined);
		onGone();
	};
	return (
		<li class="chip">
			<input
				class="chip-text"
				aria-label={`Words, weight ${weight}`}
				value={chip.text}
				size={Math.max(3, Math.min(chip.text.length, 34))}
				spellcheck={false}
				// What is written counts at once, whatever is pressed next.
				onInput={(event) => onChange({ ...chip, text: event.currentTarget.value })}
				onChange={(event) => {
					const next = rewritten(chip, event.currentTarget.value, negative);
					if (next) onChange(next);
					else remove();
				}}
				onKeyDown={(event) => {
					const mod = event.ctrlKey || event.metaKey;
					if (mod && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
						event.preventDefault();
						step(event.key === 'ArrowUp' ? 1 : -1);
					} else if (isEnter(event, true)) {
						event.preventDefault();
						event.currentTarget.blur();
						onEnter();
					}
				}}
			/>
			<span class="chip-weight">
				<button type="button" aria-label={`Less of ${chip.text}`} onClick={() => step(-1)}>
					<Icon name="minus" />
				</button>
				<output aria-label={`Weight of ${chip.text}`}>{weight}</output>
				<button type="button" aria-label={`More of ${chip.text}`} onClick={() => step(1)}>
					<Icon name="plus" />
				</button>
			</span>
			<button type="button" class="chip-remove" aria-label={`Remove ${chip.text}`} onClick={remove}>
				<Icon name="close" />
			</button>
		</li>
	);
}
