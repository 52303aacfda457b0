/** Owns the address that the browser shows: where it goes, and that the page follows it. */
import { useEffect, useState } from 'preact/hooks';
import { type Place, hrefOf, placeOf } from './place';

export function go(path: readonly string[], query?: Readonly<Record<string, string>>): void {
  window.location.hash = hrefOf(path, query);
}

export function usePlace(): Place {
  const [hash, setHash] = useState(window.location.hash);
  useEffect(() => {
    const onChange = (): void => {
      setHash(window.location.hash);
    };
    window.addEventListener('hashchange', onChange);
    return () => {
      window.removeEventListener('hashchange', onChange);
    };
  }, []);
  return placeOf(hash);
}
